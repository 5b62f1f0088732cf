#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>

namespace keel::replay {

/// Keeps several threads together below a rate: whoever has done some work waits here until it was due.
class Pace {
 public:
  /// Events a second; 0: as fast as it goes.
  explicit Pace(std::int64_t rate) : rate_(rate) {}

  /// Most events to do at once, so that waits stay short.
  std::size_t portion(std::size_t wanted) const;
  /// Waits until `count` events more are due, or `ended` says so (asked every 50 ms).
  void spend(std::int64_t count, const std::function<bool()>& ended);

 private:
  using SteadyClock = std::chrono::steady_clock;

  const std::int64_t rate_;
  std::mutex mutex_;
  SteadyClock::time_point due_ = SteadyClock::now();
};

}  // namespace keel::replay
