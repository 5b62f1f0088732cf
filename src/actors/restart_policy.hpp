#pragma once

#include <chrono>
#include <deque>

namespace keel::actors {

/// How a supervisor treats a child that dies: pauses double from the first to the last one, each ± `jitter`; more than
/// `max_restarts` within `window` is too much. A supervisor's data, not its code.
struct RestartPolicy {
  /// 0 = never too much.
  int max_restarts = 5;
  std::chrono::milliseconds window{60'000};
  std::chrono::milliseconds first_pause{50};
  std::chrono::milliseconds last_pause{10'000};
  /// Share of a pause by which it may be longer or shorter, so that many victims of one fault do not come back at once.
  double jitter = 0.2;
};

/// Remembers when one child died, and says what follows. A quiet window makes it young again. Holds at most one
/// window's deaths, which the pauses keep few.
class RestartHistory {
 public:
  using Clock = std::chrono::steady_clock;

  /// It died now: the pause before the next start. `fraction` in [0, 1) picks the place within the jitter.
  std::chrono::milliseconds died(const RestartPolicy& policy, Clock::time_point now, double fraction);
  /// Whether it has died more often than the policy allows, by the last `died`.
  bool exhausted(const RestartPolicy& policy) const;
  bool any() const { return !deaths_.empty(); }
  /// No death since this moment.
  bool quiet_since(Clock::time_point moment) const { return deaths_.empty() || deaths_.back() < moment; }

 private:
  std::deque<Clock::time_point> deaths_;
};

/// A fraction in [0, 1) for jitter. Any thread.
double random_fraction();

}  // namespace keel::actors
