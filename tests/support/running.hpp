#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "actors/runner.hpp"

namespace keel::test {

/// A runner on a thread of its own; stopped and joined at the end of the test.
class Running {
 public:
  explicit Running(std::unique_ptr<actors::Runner> runner)
      : runner_(std::move(runner)), end_(std::async(std::launch::async, [this] { return runner_->run(); })) {}
  ~Running() {
    if (!end_.valid()) return;
    runner_->stop();
    end_.wait();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void wake() { runner_->wake(); }

  /// Stops it and says how it ended.
  Result<Done> stop() {
    runner_->stop();
    return end_.get();
  }
  /// How it ended by itself; nothing when it did not, in time.
  std::optional<Result<Done>> end(std::chrono::seconds limit = std::chrono::seconds(20)) {
    if (end_.wait_for(limit) != std::future_status::ready) return std::nullopt;
    return end_.get();
  }

 private:
  std::unique_ptr<actors::Runner> runner_;
  std::future<Result<Done>> end_;
};

/// Waits until the condition holds; false when it does not in time. For what no callback tells of.
inline bool holds_soon(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto give_up = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace keel::test
