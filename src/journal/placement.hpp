#pragma once

#include <optional>
#include <vector>

#include "journal/journal.hpp"

namespace keel::journal {

/// Where an entry of a batch comes to stand.
struct Placed {
  /// Index of its lane in `Batch::lanes`.
  std::size_t lane_index = 0;
  /// Position of its first event; meaningless when it has none.
  Position first;
  /// Position of its last event; of the lane's last when it has none.
  Position last;
};

/// Gives each event of a batch its position: every lane goes on where the batch says that it ends, in the batch's
/// order. Nothing when an entry's lane is not among the batch's lanes, or these are not in ascending order.
/// Both adapters place by this, so that they cannot differ.
std::optional<std::vector<Placed>> place(const Batch& batch);

}  // namespace keel::journal
