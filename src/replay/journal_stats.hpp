#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "journal/inspection.hpp"
#include "journal/journal.hpp"
#include "replay/tally.hpp"

namespace keel::replay {

/// What one lane of a context holds.
struct LaneStats {
  std::string context;
  Lane lane;
  journal::LaneExtent extent;
  std::int64_t snapshots = 0;
  std::int64_t receipts = 0;
  /// Events that the broker has acknowledged.
  std::int64_t published = 0;
};

/// Counts what the journal holds, lane by lane, in the order of contexts and lanes, through two sessions. Blocks; reads
/// by short ranges. `stopping` ends it with what is counted so far.
Result<std::vector<LaneStats>> measure_journal(const std::vector<std::string>& contexts, journal::Journal& journal,
                                               journal::Inspection& inspection, Tally& tally,
                                               const std::atomic<bool>& stopping);

/// Sums up the lanes of each context; `lane` is then the number of lanes.
std::vector<LaneStats> by_context(const std::vector<LaneStats>& lanes);

}  // namespace keel::replay
