#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "journal/records.hpp"

namespace keel::journal {

/// How an append ended. Everything but `stored` and `unknown` is certain to have stored nothing.
enum class AppendOutcome {
  stored,
  /// KE001: another epoch holds one of the lanes. The lane is lost.
  fenced,
  /// KE002: a lane does not end where the batch says. A bug of ours: never send again.
  misplaced,
  /// KE003: an aggregate's first entry of an incarnation does not follow the stored version. Diagnose.
  stale_version,
  /// 23505: a request id or a version is there already, or twice in the batch. Diagnose.
  duplicate,
  /// 40P01, 40001, 55P03, 53xxx: nobody's fault. Send the same batch again, after a pause.
  try_again,
  /// Refused for another reason (class 22, 23, …): a bug of ours, never send again.
  broken,
  /// The connection went away with the answer. Throw the session away and take the lanes anew.
  unknown,
};

struct Appended {
  AppendOutcome outcome = AppendOutcome::stored;
  /// For operators, when not stored.
  std::string what{};
  /// When stored: the `recorded_at` of all its events.
  Timestamp recorded_at{};
};

/// Entries for the lanes of one context, stored all or none in this order. Lanes in lane order, `last` = where the
/// batch starts.
struct Batch {
  std::string_view context;
  std::span<const HeldLane> lanes;
  std::span<const Entry* const> entries;
};

struct ReceiptKey {
  Lane lane;
  Uuid request_id;
};

/// What the journal knows of a batch that it refused, in one read: see `Journal::diagnose`.
struct Diagnosis {
  /// Present epochs of the lanes that were asked for, in the same order.
  std::vector<Epoch> epochs;
  /// Receipts of the ids that were asked for, those that exist, in any order.
  std::vector<Receipt> receipts;
  /// Last stored versions of the aggregates that were asked for, in the same order; 0 when unknown.
  std::vector<Version> versions;
};

/// What to load of an aggregate.
struct LoadRequest {
  AggregateRef aggregate;
  Lane lane;
  /// A snapshot of another schema or incarnation is ignored.
  std::int64_t schema = 0;
  /// Go on after this version instead of from snapshot or start (0: begin).
  Version after;
  /// Request ids that wait for this aggregate: their receipts come along.
  std::vector<Uuid> request_ids;
};

struct Loaded {
  /// Only when the load began (after = 0) and a usable one exists.
  std::optional<Snapshot> snapshot;
  /// The events after it, in version order, at most `max_events` of them.
  std::vector<RecordedEvent> events;
  std::vector<Receipt> receipts;
  /// There are more: ask again with `after` = the last version received.
  bool more = false;
};

/// Whose process this is. `id` is fresh at every start; `name` is for people (host:pid).
struct Owner {
  Uuid id;
  std::string name;
};

/// A lane that somebody else holds.
struct Rival {
  std::string context;
  Lane lane;
  std::string owner;
};

struct TakeOver {
  /// Per context, in the order asked for: every lane, in lane order. Empty when somebody else holds any lane.
  std::vector<std::vector<HeldLane>> held;
  /// Who stands in the way; empty when the lanes were taken.
  std::vector<Rival> rivals;
};

/// The journal, seen through one session of its own: what happened, in order, for ever.
///
/// Every call blocks until the database answered or a timeout ended it, so each session has one thread of its own that
/// is no scheduler thread. Not thread-safe. A call that returns a `Fault` leaves the session unusable when `usable()`
/// says so: throw it away and open another one; a session never reconnects by itself, because its lost state would be
/// silent.
///
/// The rules behind it: docs/protocol.md, "The journal". Two adapters pass one contract suite: `PostgresJournal` and
/// `InMemoryJournal`.
class Journal {
 public:
  virtual ~Journal() = default;

  /// False after the connection was lost or its state is in doubt.
  virtual bool usable() const = 0;

  // -- identity ------------------------------------------------------------------------------------------------
  virtual Result<Identity> identity() = 0;

  // -- ownership -----------------------------------------------------------------------------------------------
  /// Makes or renews the owner's row with *this* session's back end and the database's clock. Called every second, on
  /// a session apart: a lane is free when its owner's back end is gone or this has not been called for 10 s. Tells how
  /// many lanes are the owner's, so that one who was fenced finds out although it has nothing to write.
  virtual Result<std::size_t> beat(const Owner& owner) = 0;
  /// Takes every lane of every context, or none. Free lanes only, unless forced. Epochs rise by one. Whoever blocks a
  /// lane's row for more than a second is terminated. Beat first: an unknown owner is refused.
  virtual Result<TakeOver> take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) = 0;
  /// Raises the epochs of these lanes by one where owner and epoch are still these. Fewer rows than asked: an empty
  /// list, and nothing is changed (fenced). The answer has the lanes' last positions as they are for good.
  virtual Result<std::vector<HeldLane>> retake(const Owner& owner, std::string_view context,
                                               std::span<const HeldLane> lanes) = 0;
  /// Gives the owner's lanes back, where they are still its own, and forgets the owner.
  virtual Result<Done> give_up(const Owner& owner) = 0;

  // -- writing -------------------------------------------------------------------------------------------------
  /// Stores the batch, all of it or nothing. Never skips an entry. Never throws.
  virtual Appended append(const Batch& batch) = 0;

  // -- reading -------------------------------------------------------------------------------------------------
  /// Epochs, receipts and last versions in one snapshot. Serves the diagnosis of a refused batch and, without
  /// aggregates, the read of a round (what appends nothing) and the look-up of old request ids.
  virtual Result<Diagnosis> diagnose(std::string_view context, std::span<const Lane> lanes,
                                     std::span<const ReceiptKey> ids, std::span<const AggregateRef> aggregates) = 0;
  /// Snapshots, tails and waiting receipts of many aggregates in one read each. Answers in the order asked for.
  virtual Result<std::vector<Loaded>> load(std::string_view context, std::span<const LoadRequest> requests,
                                           std::size_t max_events) = 0;
  /// Events of a lane after a position, in position order, at most `limit`.
  virtual Result<std::vector<RecordedEvent>> read(std::string_view context, Lane lane, Position after,
                                                  std::size_t limit) = 0;
  /// Events of one aggregate after a version, in version order, at most `limit`.
  virtual Result<std::vector<RecordedEvent>> read_aggregate(std::string_view context, const AggregateRef& aggregate,
                                                            Version after, std::size_t limit) = 0;
  /// Last position of every lane of the context, by lane number.
  virtual Result<std::vector<Position>> heads(std::string_view context) = 0;

  // -- publication -----------------------------------------------------------------------------------------------
  /// Position up to which each lane was acknowledged by the broker, by lane number.
  virtual Result<std::vector<Position>> publications(std::string_view context) = 0;
  /// Moves them, upwards only.
  virtual Result<Done> publish(std::string_view context, std::span<const std::pair<Lane, Position>> positions) = 0;

  // -- reactions and timers --------------------------------------------------------------------------------------
  /// Where a reactor stands in each lane of a context that it reads, by lane number.
  virtual Result<std::vector<Position>> reactions(std::string_view reactor, std::string_view context) = 0;
  /// Moves a reactor's place in a lane and stores or deletes timers of that lane, in one transaction, only while the
  /// lane's epoch is still this one. False: fenced, nothing changed.
  virtual Result<bool> react(std::string_view reactor, std::string_view context, const HeldLane& lane,
                             Position position, std::span<const Timer> set, std::span<const std::string> cancelled) = 0;
  /// Timers that are due by the database's clock, earliest first.
  virtual Result<std::vector<Timer>> due_timers(std::string_view context, std::size_t limit) = 0;
  /// Deletes a timer that fired, or puts it off; only if it still has this due time, and the lane's epoch still is
  /// this one. False: fenced, nothing changed.
  virtual Result<bool> settle_timer(std::string_view context, const HeldLane& lane, const Timer& timer,
                                    std::optional<Timestamp> put_off_to) = 0;

  // -- upkeep ----------------------------------------------------------------------------------------------------
  /// Makes room for the receipts of the coming days and forgets those older than `retention`. Called hourly.
  virtual Result<Done> keep_receipts(std::chrono::hours retention) = 0;
};

/// Opens a session, or says why it could not: which server, where, what to do.
using OpenJournal = std::function<Result<std::unique_ptr<Journal>>()>;

}  // namespace keel::journal
