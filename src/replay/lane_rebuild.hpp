#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "journal/event_scan.hpp"
#include "journal/journal.hpp"
#include "query/lane_projector.hpp"
#include "query/projection_store.hpp"
#include "replay/lane_fold.hpp"
#include "replay/pace.hpp"

namespace keel::replay {

/// A lane of a context, and how far it is to be folded.
struct LaneTask {
  std::string context;
  Lane lane;
  Position target;
};

struct LaneRebuildRules {
  /// Events of one read.
  std::size_t chunk = 20'000;
  /// Memory that one lane may take before it goes on in small steps.
  std::size_t bytes = 512UL << 20U;
  /// Events between two looks at the memory.
  std::int64_t events_between_looks = 100'000;
  /// More aggregates than this that cannot be folded are a bug, not poison.
  std::size_t max_parked = 10;
  /// How long a lane tries again after faults.
  std::chrono::milliseconds patience{10'000};
};

/// Brings lanes of one generation up to their targets, one at a time: a worker's part of a rebuild.
///
/// A lane that has nothing yet is folded in memory from its first event on, and written in bulk, with its checkpoint,
/// in one transaction: killed before that, nothing of it is there; killed after, all of it is. A lane that does not fit
/// into memory is written as far as it came, and goes on from its checkpoint as a projector does; so does one that a
/// former run left in the middle. There is nothing here that could send a command or a mail: it reads the journal and
/// writes rows.
class LaneRebuild {
 public:
  struct Sessions {
    std::unique_ptr<query::ProjectionStore> store;
    std::unique_ptr<journal::Journal> journal;
    std::unique_ptr<journal::EventScan> scan;
  };
  struct Progress {
    std::atomic<std::int64_t> events{0};
    std::atomic<std::int64_t> parked{0};
  };

  /// Everything that is referred to outlives it. `ended` may be asked by any thread.
  LaneRebuild(const query::Projection& projection, std::int64_t generation, const Uuid& incarnation, Sessions sessions,
              LaneRebuildRules rules, Pace& pace, Progress& progress, std::function<bool()> ended);

  /// Blocks until the lane is at its target, or `ended`. What was committed stays; the rest comes again.
  Result<Done> bring_up(const LaneTask& task);

 private:
  using Fill = Result<query::StepOutcome>;

  Result<query::Checkpoint> checkpoint(const LaneTask& task);
  Fill fill(const LaneTask& task, const query::Checkpoint& from);
  /// Position that it came to: before the target when memory ran out or it was told to end.
  Result<Position> fold(const LaneTask& task, LaneFold& fold);
  Fill write(const LaneTask& task, const query::Checkpoint& from, Position to, LaneFold& fold);
  Result<Done> catch_up(const LaneTask& task, const query::Checkpoint& from);
  Result<Done> too_many_parked(const LaneTask& task, std::size_t count) const;

  const query::Projection& projection_;
  const std::int64_t generation_;
  const Uuid incarnation_;
  Sessions sessions_;
  const LaneRebuildRules rules_;
  const query::ProjectionMetrics metrics_;
  Pace& pace_;
  Progress& progress_;
  const std::function<bool()> ended_;
};

}  // namespace keel::replay
