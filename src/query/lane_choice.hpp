#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/quantities.hpp"

namespace keel::query {

/// Which lanes a process folds.
struct LaneChoice {
  enum class Kind { all, range, group };
  Kind kind = Kind::all;
  /// Of a range: both ends included.
  std::int32_t first = 0;
  std::int32_t last = 0;
};

/// `all`, `group`, or a range such as `0-7` (or `3`). Nothing when the text is none of them.
std::optional<LaneChoice> parse_lane_choice(std::string_view text);

/// Those that it may fold; of a group all, because Kafka says which of them are this process's now.
std::vector<Lane> lanes_of(const LaneChoice& choice, std::int32_t lane_count);

}  // namespace keel::query
