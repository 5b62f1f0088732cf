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
#include "core/clock.hpp"
#include "core/result.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// Names what one generation of a projection has parked of one aggregate.
struct ParkedPlace {
  std::int64_t generation = 0;
  std::string context;
  Lane lane;
  AggregateRef aggregate;
  friend bool operator==(const ParkedPlace&, const ParkedPlace&) = default;
};

/// The events of one aggregate that wait to be folded, as people see them.
struct ParkedStack {
  ParkedPlace place;
  /// How many events wait.
  std::int64_t depth = 0;
  /// Of the first event, which is the one that could not be folded.
  Position first;
  std::string reason;
  std::int64_t attempts = 0;
  Timestamp parked_at;
  /// Somebody gave it up; its rows stay marked until the next rebuild.
  bool discarded = false;
  /// When, the earliest of its events.
  std::optional<Timestamp> discarded_at{};
};

/// An event that cannot be folded today either. Without a position: no event alone is to blame, the rows are.
struct StillPoison {
  std::optional<Position> position;
  std::string why;
};

enum class UnparkOutcome {
  done,
  /// Nothing of the aggregate is parked (any more).
  nothing_parked,
  /// Today's code or the store's own rules refuse it still. Nothing was changed.
  poison,
  /// Everything else; whether it was written is unknown: look again.
  fault,
};

struct Unparked {
  UnparkOutcome outcome = UnparkOutcome::done;
  /// Events that were folded.
  std::int64_t events = 0;
  /// When poison.
  StillPoison poison;
  /// When a fault.
  Fault fault;
};

/// Folds the events at these positions of the lane, in order, into the rows that were handed to `unpark`; may read rows
/// through the `Parking` that calls it. A fault: journal or read store failed.
using FoldParked = std::function<Result<std::optional<StillPoison>>(std::span<const Position> positions)>;

/// The parked events of projections, as an operator sees and mends them; through one session of its own. Blocks; one
/// thread at a time. docs/protocol.md, "Projection".
///
/// Two adapters pass one contract suite: `PostgresParking` and `InMemoryReadStore`'s.
class Parking {
 public:
  virtual ~Parking() = default;

  /// Everything that is parked of a projection, in all its generations; by generation, context, lane and first
  /// position.
  virtual Result<std::vector<ParkedStack>> stacks(std::string_view projection) = 0;
  /// Positions of the parked events of one aggregate, in order.
  virtual Result<std::vector<Position>> positions(std::string_view projection, const ParkedPlace& place) = 0;
  /// Loads the rows that are wanted.
  virtual Result<Done> read(std::int64_t generation, WorkingSet& rows) = 0;

  /// One transaction: locks the lane's checkpoint, so that nobody folds the lane meanwhile; lets `fold` take all that
  /// is parked of the aggregate; writes the rows, deletes the pointers and raises the checkpoint's revision, which
  /// tells projectors and queries. Anything but done: nothing was changed.
  virtual Unparked unpark(std::string_view projection, const ParkedPlace& place, WorkingSet& rows,
                          const FoldParked& fold) = 0;
  /// Remembers that a retry failed, and why.
  virtual Result<Done> note_attempt(std::string_view projection, const ParkedPlace& place, const std::string& why) = 0;
  /// Marks what is parked of the aggregate as given up. The answer: how many events; 0 when nothing is parked. Queries
  /// go on marking its rows, and its later events are parked too.
  virtual Result<std::int64_t> discard(std::string_view projection, const ParkedPlace& place) = 0;
};

/// Over PostgreSQL. `session_name` is shown in pg_stat_activity.
Result<std::unique_ptr<Parking>> open_parking(const std::string& dsn, const std::string& session_name);

}  // namespace keel::query
