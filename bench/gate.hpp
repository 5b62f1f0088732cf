#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/filling.hpp"

namespace keel::bench {

/// Buyers wait while more purchases than this are on their way, or a projection is further behind than that: so the
/// load is what the whole pipeline sustains, and not what its first part swallows.
constexpr std::int64_t most_on_their_way = 2'000;
constexpr std::int64_t most_behind = 5'000;

/// Looks at the pipeline every 50 ms and lets buyers in or not. `may_buy`, `events` and `take_lags`: any thread.
class Gate {
 public:
  explicit Gate(const Setup& setup);
  ~Gate();

  /// Whether one more may buy after `begun` purchases since the gate was made.
  bool may_buy(std::uint64_t begun) const {
    return behind_ <= most_behind && static_cast<std::int64_t>(begun) - in_carts_ < most_on_their_way;
  }
  /// Events in the journal, all contexts together.
  std::int64_t events() const { return events_; }
  /// How far the projections were behind, in events, at each look since the last call.
  std::vector<double> take_lags();

 private:
  void look();

  Pipeline pipeline_;
  const std::int64_t carts_before_;
  std::atomic<std::int64_t> in_carts_ = 0;
  std::atomic<std::int64_t> behind_ = 0;
  std::atomic<std::int64_t> events_ = 0;
  std::mutex mutex_;
  std::vector<double> lags_;
  /// Ends, and is waited for, before anything that it looks with goes.
  std::jthread looking_;
};

}  // namespace keel::bench
