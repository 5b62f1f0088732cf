#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "replay/read_store.hpp"

namespace keel::replay {

/// A switch of the live generation.
struct Switch {
  std::string projection;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

struct SwitchRules {
  /// Goes on though lanes are behind, or aggregates are parked that the live generation does not park.
  bool forced = false;
  /// How long the projectors of the present generation may be held up until the other one has caught up with it.
  std::chrono::milliseconds patience{3'000};
};

/// Makes another generation the live one: in one transaction that holds the checkpoints of the present one still, waits
/// until the other has come as far in every lane, and switches; so nobody who was shown something is shown less
/// afterwards. Queries are told, follow at once, and never stop.
///
/// Conflict: a lane stays behind, or the other generation parks what the present one does not. Then nothing has
/// changed. The deed is written down in the same transaction.
Attempt<Done> switch_live(ReadStore& store, const Switch& wanted, const SwitchRules& rules, const Deed& deed);

}  // namespace keel::replay
