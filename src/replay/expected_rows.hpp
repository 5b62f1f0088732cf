#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "journal/event_scan.hpp"
#include "query/projection.hpp"
#include "replay/generation_cut.hpp"
#include "replay/lane_comparison.hpp"
#include "replay/lane_fold.hpp"
#include "replay/lane_part.hpp"

namespace keel::replay {

/// What the journal says that the rows of some of a lane's aggregates are.
struct ExpectedRows {
  /// By table.
  std::vector<query::RowChecksum> sums;
  /// By table; empty unless they were asked for.
  std::vector<RowsByKey> rows;
  /// Aggregates that this code cannot fold: their rows say nothing.
  std::unordered_set<AggregateRef> unfoldable;
};

/// Folds parts of lanes from their first event on, in bounded memory. One thread; blocks on the journal.
class ExpectedRowsFold {
 public:
  struct Rules {
    /// Events that are read at once.
    std::size_t chunk = 20'000;
    std::function<bool()> ended;
    /// Told of every event that was read.
    std::function<void(std::int64_t events)> tell;
  };

  /// All outlive it.
  ExpectedRowsFold(const query::Projection& projection, journal::EventScan& scan, Rules rules)
      : projection_(projection), scan_(scan), rules_(std::move(rules)) {}

  /// The sums alone, or the rows, too. Nothing: what is folded takes more than `bytes`; a smaller part may do.
  /// Fault: told to end, or the lane ends before its checkpoint.
  Result<std::optional<ExpectedRows>> sums(Lane lane, const LaneCut& cut, const LanePart& part, std::size_t bytes);
  Result<std::optional<ExpectedRows>> rows(Lane lane, const LaneCut& cut, const LanePart& part, std::size_t bytes);

 private:
  Result<std::optional<ExpectedRows>> fold(Lane lane, const LaneCut& cut, const LanePart& part, std::size_t bytes,
                                           bool with_rows);
  /// Both passes of one context, when it needs two.
  Result<Fit> fold(const std::string& context, Lane lane, Position target, const LanePart& part, std::size_t bytes,
                   LaneFold& whole);
  Result<Fit> pass(const std::string& context, Lane lane, Position target, const LanePart& part, std::size_t bytes,
                   LaneFold& whole);
  void take(const query::WorkingSet& folded, bool with_rows, ExpectedRows& expected) const;

  const query::Projection& projection_;
  journal::EventScan& scan_;
  const Rules rules_;
};

}  // namespace keel::replay
