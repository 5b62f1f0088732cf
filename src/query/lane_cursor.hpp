#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/clock.hpp"
#include "journal/records.hpp"
#include "query/projection.hpp"
#include "query/projection_store.hpp"
#include "query/projector_metrics.hpp"

namespace keel::query {

/// Where one lane of one generation stands.
struct LanePlace {
  std::string context;
  std::int64_t generation = 0;
  Checkpoint checkpoint;
  /// Aggregates of the lane that have parked events.
  std::unordered_set<AggregateRef> parked;
};

/// What a lane takes in at once, from its events to the rows they leave.
struct LaneBatch {
  std::span<const journal::RecordedEvent> events;
  /// Pointers to the events that follow a parked one of their aggregate.
  std::vector<ParkedEvent> following;
  WorkingSet rows;
};

/// A lane's place, and the fold that brings it on. Decides nothing: what is taken in, and what becomes of a failure, is
/// its owner's.
class LaneCursor {
 public:
  /// `projection` outlives it.
  LaneCursor(const Projection& projection, LanePlace place, ProjectionMetrics metrics, Timestamp now);

  const LanePlace& place() const { return place_; }
  const Projection& projection() const { return projection_; }
  const ProjectionMetrics& metrics() const { return metrics_; }
  Lane lane() const { return place_.checkpoint.lane; }
  /// When the last event that was taken in here was recorded; nothing before the first.
  std::optional<Timestamp> last_event_at() const { return last_event_at_; }
  /// When the position last moved; at first, when this object was made.
  Timestamp last_progress_at() const { return last_progress_at_; }

  /// Goes to another place, which was read from the store.
  void go_to(Checkpoint checkpoint, std::unordered_set<AggregateRef> parked);
  /// Names the rows that the events need. They outlive the batch, and follow the checkpoint without a hole.
  LaneBatch begin(std::span<const journal::RecordedEvent> events);
  /// Throws what the projection's fold throws: some event of the batch is poison.
  void fold(LaneBatch& batch);
  LaneStep step(const LaneBatch& batch) const;
  /// The batch's step is committed.
  void committed(const LaneBatch& batch);
  /// Something failed: what the fold remembers may not be stored.
  void forget() { folder_.reset(); }
  /// Passes over one event with a pointer to it, in a transaction of its own.
  StepResult park(ProjectionStore& store, const journal::RecordedEvent& event, std::string reason);

 private:
  bool follows_a_parked(const journal::RecordedEvent& event) const {
    return !place_.parked.empty() && place_.parked.contains(event.aggregate);
  }
  void move_to(const journal::RecordedEvent& event);
  void tell(const LaneBatch& batch) const;

  const Projection& projection_;
  LanePlace place_;
  const ProjectionMetrics metrics_;
  std::unique_ptr<Folder> folder_;
  std::optional<Timestamp> last_event_at_;
  Timestamp last_progress_at_;
};

/// What one lane takes in.
struct LaneIntake {
  LaneCursor* lane = nullptr;
  std::span<const journal::RecordedEvent> events;
};

/// Takes in the events of one lane or several of one generation, with one read and one transaction: all or nothing.
/// Intakes are of different lanes, in order of context and lane, and none is empty. Blocks on the store's session.
StepResult take_in(ProjectionStore& store, std::span<const LaneIntake> intakes);

}  // namespace keel::query
