#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/runner.hpp"

namespace keel::actors {

/// The runners that run now, so that whoever stores a batch can wake them, and a supervisor can stop one that waits
/// somewhere inside `run`. Any thread.
class Bells {
 public:
  void hang(const void* owner, std::shared_ptr<Runner> runner) {
    const std::lock_guard lock(mutex_);
    runners_[owner] = std::move(runner);
  }
  void take_down(const void* owner) {
    const std::lock_guard lock(mutex_);
    runners_.erase(owner);
  }
  /// Something was stored in this context.
  void ring(std::string_view context) {
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, runner] : runners_) {
      if (runner->follows(context)) runner->wake();
    }
  }

 private:
  std::mutex mutex_;
  std::map<const void*, std::shared_ptr<Runner>> runners_;
};

}  // namespace keel::actors
