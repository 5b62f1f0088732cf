#pragma once

#include <chrono>
#include <cstdint>

namespace keel::bench {

/// When the calls of one thread are due at a fixed rate, whatever the answers do: the i-th of all threads together at
/// start + i / rate. Counting, not adding up, so that nothing drifts.
class Schedule {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `rate` in calls per second over all `threads`; `thread` is 0..threads-1.
  Schedule(time_point start, double rate, int threads, int thread)
      : start_(start), rate_(rate), step_(threads), next_(thread) {}

  time_point next() const {
    return start_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(next_) / rate_));
  }
  void advance() { next_ += step_; }

 private:
  time_point start_;
  double rate_;
  std::int64_t step_;
  std::int64_t next_;
};

}  // namespace keel::bench
