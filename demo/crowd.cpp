#include "demo/crowd.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace keel::demo {
namespace {

/// Shared with every job, because the last one may still be inside `end` when nobody waits any more.
class Gate {
 public:
  Gate(std::size_t limit, Progress progress) : limit_(limit), progress_(progress) {}

  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ < limit_; });
    ++running_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    --running_;
    progress_.step();
    changed_.notify_all();
  }
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ == 0; });
    progress_.finish();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::size_t limit_;
  std::size_t running_ = 0;
  Progress progress_;
};

}  // namespace

void for_each_at_once(std::size_t count, std::size_t limit, Progress progress,
                      const std::function<void(std::size_t index, Done done)>& job) {
  const auto gate = std::make_shared<Gate>(limit, progress);
  for (std::size_t index = 0; index < count; ++index) {
    gate->enter();
    job(index, [gate] { gate->end(); });
  }
  gate->wait_for_all();
}

}  // namespace keel::demo
