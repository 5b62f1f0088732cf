#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "actors/call.hpp"

namespace keel::testing {

/// A command port that does what a test says: an engine without aggregates.
class EdgePort final : public actors::CommandPort {
 public:
  using Script = std::function<void(actors::Call)>;

  explicit EdgePort(Script script) : script_(std::move(script)) {}
  void submit(actors::Call call) override {
    ++submitted_;
    script_(std::move(call));
  }
  int submitted() const { return submitted_; }

 private:
  const Script script_;
  std::atomic<int> submitted_{0};
};

/// Calls that wait for a test, or for its threads, to answer them.
class Desk {
 public:
  void put(actors::Call call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    arrived_.notify_one();
  }

  /// Waits for the next; nothing once it is closed and empty.
  std::optional<actors::Call> take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return closed_ || !calls_.empty(); });
    if (calls_.empty()) return std::nullopt;
    actors::Call call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<actors::Call> calls_;
  bool closed_ = false;
};

}  // namespace keel::testing
