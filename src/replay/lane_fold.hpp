#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "journal/records.hpp"
#include "query/projection.hpp"
#include "query/projection_store.hpp"
#include "query/working_set.hpp"

namespace keel::replay {

/// Folds one lane from its first event on, wholly in memory: the rows are what a projector would have written, event by
/// event, and so are the parked events.
///
/// An event that cannot be folded is poison: it and what follows of its aggregate is parked. What the folder remembers
/// of that aggregate may be spoilt then, so the lane needs a second pass (`needs_another_pass`, `begin_again`), which
/// leaves the poison out from the start. It finds no more: the fold knows no clock and no chance.
class LaneFold {
 public:
  /// `projection` outlives it. Events of `left_out` are not looked at.
  explicit LaneFold(const query::Projection& projection, std::unordered_set<AggregateRef> left_out = {});

  /// The next event of the lane. Never throws for its bytes.
  void take(const journal::RecordedEvent& event);

  bool needs_another_pass() const { return spoilt_; }
  /// Forgets everything but which events are poison.
  void begin_again();

  /// About how much memory it takes. Looks at all that it holds.
  std::size_t bytes() const { return folder_->bytes() + rows_.bytes(); }
  /// Aggregates that cannot be folded.
  std::size_t parked_aggregates() const { return poison_.size(); }
  const std::vector<query::ParkedEvent>& parked() const { return parked_; }
  /// Puts everything into rows. Last call; not after a spoilt pass.
  const query::WorkingSet& finish();

 private:
  struct Poison {
    Position position;
    std::string reason;
  };
  bool park(const journal::RecordedEvent& event);

  const query::Projection& projection_;
  const std::unordered_set<AggregateRef> left_out_;
  std::unique_ptr<query::Folder> folder_;
  query::WorkingSet rows_;
  std::unordered_map<AggregateRef, Poison> poison_;
  std::vector<query::ParkedEvent> parked_;
  bool spoilt_ = false;
};

}  // namespace keel::replay
