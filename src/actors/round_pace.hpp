#pragma once

#include <chrono>
#include <cstddef>

namespace keel::actors {

/// Says when a writer's next round may begin. Under load rounds begin at least a stride apart, so that more rows share
/// what a transaction costs whatever its size. Who calls alone never waits: a round after one of few entries begins at
/// once. Knows no clock. One thread.
class RoundPace {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  /// A round of fewer entries is no load.
  static constexpr std::size_t few = 4;

  explicit RoundPace(std::chrono::microseconds stride) : stride_(stride) {}

  /// What the next round has to wait for still; zero or less: nothing.
  std::chrono::nanoseconds wait(Instant now) const {
    return entries_ < few ? std::chrono::nanoseconds(0) : began_ + stride_ - now;
  }
  void begin(Instant now) {
    began_ = now;
    entries_ = 0;
  }
  /// The round stored so many.
  void stored(std::size_t entries) { entries_ += entries; }

 private:
  std::chrono::microseconds stride_;
  Instant began_{};
  std::size_t entries_ = 0;
};

}  // namespace keel::actors
