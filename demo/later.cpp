#include "demo/later.hpp"

#include <utility>

namespace keel::demo {

Later::Later() : thread_([this] { run(); }) {}

Later::~Later() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Later::after(std::chrono::milliseconds delay, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.emplace(Clock::now() + delay, std::move(job));
  }
  changed_.notify_one();
}

void Later::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (jobs_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = jobs_.begin();
    if (next->first > Clock::now()) {
      changed_.wait_until(lock, next->first);
      continue;
    }
    auto job = std::move(jobs_.extract(next).mapped());
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace keel::demo
