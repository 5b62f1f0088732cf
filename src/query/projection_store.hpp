#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/aggregate_ref.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "query/projection.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// Tables of a projection that projectors keep up to the journal. One generation of each projection is live: that one
/// is queried.
struct FedGeneration {
  std::int64_t generation = 0;
  /// `Projection::version` of the binary that made it; only such a binary may feed it.
  std::int32_t version = 0;
  /// Of the whole projection.
  bool paused = false;
  friend bool operator==(const FedGeneration&, const FedGeneration&) = default;
};

/// Up to where one lane is folded. `revision` rises when rows change without the position moving (parked events that
/// were folded after all), so both together are what a writer compares and sets.
struct Checkpoint {
  Lane lane;
  Uuid incarnation;
  Position position;
  std::int64_t revision = 0;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// A pointer to an event that could not be folded, or that follows one of the same aggregate. Never its bytes.
struct ParkedEvent {
  Position position;
  AggregateRef aggregate;
  std::string reason;
};

/// An error's text as every store takes it as a reason, whatever bytes it has.
std::string parking_reason(std::string_view what);
/// The reason of an event that was parked because an earlier one of its aggregate is.
inline constexpr std::string_view follows_a_parked_event = "follows a parked event";

struct ParkedAggregate {
  Lane lane;
  AggregateRef aggregate;
};

/// One step of one lane: rows, parked events and checkpoint change together or not at all.
struct LaneStep {
  std::int64_t generation = 0;
  std::string_view context;
  /// The checkpoint that the step was made on.
  Checkpoint from;
  Position to;
  const WorkingSet* rows = nullptr;
  std::span<const ParkedEvent> parked;
};

enum class StepOutcome {
  done,
  /// The checkpoint is another one: somebody else folded this lane. Nothing was written.
  outrun,
  /// SQLSTATE class 22 or 23: some row of the step cannot be stored, ever. Nothing was written.
  poison,
  /// Everything else; whether it was written is unknown: read the checkpoint.
  fault,
};

struct StepResult {
  StepOutcome outcome = StepOutcome::done;
  /// For operators, when not done.
  std::string what;
};

/// The read store as a projector sees it, through one session of its own. Every call blocks; one thread at a time.
/// After a fault ask `usable()`: a session whose connection is gone is thrown away, it never reconnects by itself.
///
/// Two adapters pass one contract suite: `PostgresProjectionStore` and `InMemoryProjectionStore`.
class ProjectionStore {
 public:
  virtual ~ProjectionStore() = default;
  virtual bool usable() const = 0;

  /// Every generation that is fed, the live one first. Empty when the projection was never migrated.
  virtual Result<std::vector<FedGeneration>> fed(std::string_view projection) = 0;
  /// The lanes' checkpoints, in the order asked for. Those that are missing are made, at position 0 of `incarnation`.
  virtual Result<std::vector<Checkpoint>> checkpoints(std::string_view projection, std::int64_t generation,
                                                      std::string_view context, std::span<const Lane> lanes,
                                                      const Uuid& incarnation) = 0;
  /// Aggregates of the context that have parked events, each once.
  virtual Result<std::vector<ParkedAggregate>> parked(std::string_view projection, std::int64_t generation,
                                                      std::string_view context) = 0;
  /// Loads the rows that are wanted: of each lane into its own set. No row is wanted in two of them.
  virtual Result<Done> read(std::int64_t generation, std::span<WorkingSet* const> sets) = 0;
  /// Compares each step's checkpoint with its `from`, writes rows and parked events, and moves it to `to`: one
  /// transaction. The steps are of different lanes of one generation, in order of context and lane.
  virtual StepResult commit(std::string_view projection, std::span<const LaneStep> steps) = 0;
  /// As `commit`, for a lane that has no rows in this generation yet: they are copied in bulk.
  virtual StepResult fill(std::string_view projection, const LaneStep& step) = 0;
};

/// Opens a session, or says why it could not.
using OpenProjectionStore = std::function<Result<std::unique_ptr<ProjectionStore>>()>;

}  // namespace keel::query
