#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/aggregate_ref.hpp"
#include "core/quantities.hpp"

namespace keel::replay {

/// Something in the journal that is not as docs/protocol.md says.
struct Finding {
  /// A word for programs: `hole`, `version`, `lane`, `order`, `undecodable`, `snapshot`, `receipt`, `publication`,
  /// `reaction`.
  std::string_view kind;
  std::string context;
  /// Not known of what belongs to no lane.
  std::optional<Lane> lane;
  std::optional<Position> position;
  std::optional<AggregateRef> aggregate;
  /// For people: what is there, and what should be.
  std::string what;
};

/// Takes findings as they come, on any thread.
using Report = std::function<void(Finding)>;

}  // namespace keel::replay
