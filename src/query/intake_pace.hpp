#pragma once

#include <chrono>
#include <optional>

namespace keel::query {

/// Says until when a projector gathers before it takes in what came. A publisher's round comes in pieces, and a
/// transaction costs much whatever its size: so events that follow others closely wait for the rest of their round, and
/// one that comes after a pause is taken in at once. Knows no clock. One thread.
class IntakePace {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  struct Rules {
    std::chrono::milliseconds gather{4};
    /// What comes so long after the last transaction follows nothing.
    std::chrono::milliseconds pause{100};
  };

  explicit IntakePace(Rules rules) : rules_(rules) {}

  /// Something came at `first`, and the next transaction begins at what is returned.
  Instant until(Instant first) {
    const bool follows = begun_ && first < *begun_ + rules_.pause;
    begun_ = follows ? first + rules_.gather : first;
    return *begun_;
  }

 private:
  Rules rules_;
  /// The last transaction.
  std::optional<Instant> begun_;
};

}  // namespace keel::query
