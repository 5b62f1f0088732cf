#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "query/working_set.hpp"

namespace keel::replay {

/// Whether something fits into the memory that there is for it.
enum class Fit { yes, no };

/// Some of a lane's aggregates, with all of their events and rows: one of `count` parts of about the same size. Which
/// one an aggregate is in follows from its id alone, so its events are folded without those of other parts, as they are
/// without those of parked aggregates.
struct LanePart {
  std::size_t index = 0;
  std::size_t count = 1;

  // Not the hash that chose the lane: all of a lane have that one in common. (std::hash is this process's own.)
  bool holds(std::string_view aggregate_id) const {
    return count == 1 || std::hash<std::string_view>{}(aggregate_id) % count == index;
  }
  /// The first column of a row tells whose it is.
  bool holds(const query::Row& row) const {
    const auto* id = std::get_if<std::string>(&row.values.front());
    return id != nullptr ? holds(std::string_view(*id)) : index == 0;
  }
  /// Together they are this one.
  std::pair<LanePart, LanePart> halves() const { return {{index, count * 2}, {index + count, count * 2}}; }
};

}  // namespace keel::replay
