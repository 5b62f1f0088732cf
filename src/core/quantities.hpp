#pragma once

#include <compare>
#include <cstdint>

namespace keel {

/// A counted place that cannot be mixed up with another kind of count.
/// 0 is "before the first"; the first place is 1.
template <class Tag>
struct Place {
  std::int64_t value = 0;

  constexpr Place next() const { return Place{value + 1}; }
  constexpr Place plus(std::int64_t count) const { return Place{value + count}; }
  friend constexpr auto operator<=>(Place, Place) = default;
};

/// Place of an event in its aggregate: 1..n without hole or repeat.
using Version = Place<struct VersionTag>;
/// Place of an event in its lane: 1..n without hole or repeat, in commit order.
using Position = Place<struct PositionTag>;
/// How often a lane has changed hands. Only the holder of the latest epoch may append.
using Epoch = Place<struct EpochTag>;

/// Number of a lane in its context: 0..lane_count-1.
struct Lane {
  std::int32_t value = 0;
  friend constexpr auto operator<=>(Lane, Lane) = default;
};

}  // namespace keel
