#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace keel::actors {

/// Wakes the one thread of a runner: others ring when there is something for it, or stop it for good.
/// A ring that comes before the wait is not lost. Rings and `stop`: any thread; a second ring costs one exchange.
///
/// Why two rings? Waking a thread costs more than what one small batch brings. A runner that has just taken everything
/// gathers for a while: what rings then waits for it, and only what cannot wait wakes it.
class Doorbell {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void ring() {
    if (rung_.exchange(true, std::memory_order_acq_rel)) return;
    const std::lock_guard lock(mutex_);
    if (!gathering_) bell_.notify_one();
  }

  void ring_at_once() {
    if (urgent_.exchange(true, std::memory_order_acq_rel)) return;
    const std::lock_guard lock(mutex_);
    bell_.notify_one();
  }

  void stop() {
    stopped_.store(true, std::memory_order_release);
    urgent_.store(false, std::memory_order_release);
    ring_at_once();
  }

  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  /// Waits for a ring, a stop or the moment, whichever comes first. The runner's thread only.
  void wait_until(Instant moment) {
    std::unique_lock lock(mutex_);
    bell_.wait_until(lock, moment, [this] { return rung_.load(std::memory_order_acquire) || cannot_wait(); });
    urgent_.store(false, std::memory_order_release);
    rung_.store(false, std::memory_order_release);
  }

  /// Waits for the moment; only a ring that cannot wait, or a stop, ends it earlier. Other rings are kept for the next
  /// `wait_until`. The runner's thread only.
  void gather_until(Instant moment) {
    std::unique_lock lock(mutex_);
    gathering_ = true;
    bell_.wait_until(lock, moment, [this] { return cannot_wait(); });
    gathering_ = false;
    urgent_.store(false, std::memory_order_release);
  }

 private:
  bool cannot_wait() const { return urgent_.load(std::memory_order_acquire) || stopped(); }

  std::mutex mutex_;
  std::condition_variable bell_;
  bool gathering_ = false;
  std::atomic<bool> rung_{false};
  std::atomic<bool> urgent_{false};
  std::atomic<bool> stopped_{false};
};

/// Pauses that grow from one failure to the next, and begin anew after a success.
struct Pauses {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds last{10'000};

  /// After the n-th failure in a row, n from 1: doubles each time, up to the last.
  std::chrono::milliseconds after(int failures) const {
    auto pause = first;
    for (int i = 1; i < failures && pause < last; ++i) pause *= 2;
    return pause < last ? pause : last;
  }
};

}  // namespace keel::actors
