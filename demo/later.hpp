#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace keel::demo {

/// Runs a function after a while, on one thread of its own, so that a callback of gRPC never sleeps. What is not due
/// yet when it ends is dropped.
class Later {
 public:
  Later();
  ~Later();
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

  /// Any thread; does not block.
  void after(std::chrono::milliseconds delay, std::function<void()> job);

 private:
  using Clock = std::chrono::steady_clock;
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace keel::demo
