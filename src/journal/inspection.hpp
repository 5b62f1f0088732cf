#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "journal/postgres_options.hpp"
#include "journal/records.hpp"

namespace keel::journal {

/// What a range of one lane's positions holds.
struct LaneExtent {
  std::int64_t events = 0;
  /// Of payloads and metadata.
  std::int64_t bytes = 0;
  /// That began in the range.
  std::int64_t aggregates = 0;
  std::optional<Timestamp> first_at;
  std::optional<Timestamp> last_at;
};

/// A day's receipts in one lane: one partition of the table.
struct ReceiptDay {
  /// Days since 1970-01-01; 0 for ids that carry no time.
  std::int32_t day = 0;
};

/// A receipt, and whether the journal has what it stands for.
struct ReceiptSeen {
  Uuid request_id;
  AggregateRef aggregate;
  Version version;
  Position position;
  /// Its lane has an event at its position.
  bool position_exists = false;
  /// Where the aggregate's event of its version stands; nothing when there is none.
  std::optional<Position> version_at;
};

/// A snapshot's place, and where the journal has the event of its version.
struct SnapshotSeen {
  AggregateRef aggregate;
  Version version;
  Position position;
  std::int64_t bytes = 0;
  std::optional<Position> version_at;
};

/// An aggregate of which a snapshot is wanted, if it has one of this schema.
struct SnapshotWanted {
  AggregateRef aggregate;
  std::int64_t schema = 0;
};

/// A look over the journal's tables as a whole, for `keel replay journal`: what the port `Journal`, made for one lane
/// or one aggregate at a time, does not answer. Every call is one short statement over a bounded range of a key, so
/// that no snapshot of the database is held for long (docs/protocol.md 1.2). One session; blocks; one thread at a time.
/// Needs SELECT on journal, events, receipts and snapshots.
class Inspection {
 public:
  virtual ~Inspection() = default;

  /// The snapshots that the service would use today, in the order of what is wanted; nothing for those without.
  virtual Result<std::vector<std::optional<Snapshot>>> usable_snapshots(std::string_view context,
                                                                        std::span<const SnapshotWanted> wanted) = 0;

  /// Positions after `after` up to and including `to`.
  virtual Result<LaneExtent> extent(std::string_view context, Lane lane, Position after, Position to) = 0;
  /// The days that have receipts' partitions, in order.
  virtual Result<std::vector<ReceiptDay>> receipt_days() = 0;
  virtual Result<std::int64_t> count_receipts(ReceiptDay day, std::string_view context, Lane lane) = 0;
  /// Receipts of the day and the lane after an id, in the order of their ids, at most `limit`.
  virtual Result<std::vector<ReceiptSeen>> receipts(ReceiptDay day, std::string_view context, Lane lane,
                                                    const Uuid& after, std::int64_t limit) = 0;
  /// Snapshots of the context after an aggregate, in order of type and id, at most `limit`. `with_events`: looks for
  /// their events too.
  virtual Result<std::vector<SnapshotSeen>> snapshots(std::string_view context, const AggregateRef& after,
                                                      std::int64_t limit, bool with_events) = 0;
};

/// Over PostgreSQL, through a session of its own.
Result<std::unique_ptr<Inspection>> open_inspection(const PostgresOptions& options);

}  // namespace keel::journal
