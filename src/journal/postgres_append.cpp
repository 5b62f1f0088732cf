#include <string_view>
#include <unordered_set>
#include <vector>

#include "journal/placement.hpp"
#include "journal/postgres_failure.hpp"
#include "journal/postgres_journal.hpp"

namespace keel::journal {
namespace {

using postgres::Parameters;

/// Arguments as in migrations/journal/0011_keys_begin_with_what_differs.sql.
constexpr std::string_view append_batch =
    "SELECT keel_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,"
    " $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";

struct EventRow {
  const Entry* entry;
  const NewEvent* event;
  Epoch epoch;
  Position position;
  Version version;
};

struct EntryRow {
  const Entry* entry;
  Position position;
};

/// A batch as the tables that it becomes.
struct BatchRows {
  std::vector<const Entry*> checks;
  std::vector<EntryRow> receipts;
  std::vector<EventRow> events;
  std::vector<EntryRow> snapshots;
};

struct RefHash {
  std::size_t operator()(const AggregateRef* ref) const { return std::hash<AggregateRef>()(*ref); }
};
struct RefEqual {
  bool operator()(const AggregateRef* one, const AggregateRef* other) const { return *one == *other; }
};

BatchRows rows_of(const Batch& batch, const std::vector<Placed>& placed) {
  BatchRows rows;
  rows.receipts.reserve(batch.entries.size());
  rows.events.reserve(batch.entries.size());
  std::unordered_set<const AggregateRef*, RefHash, RefEqual> checked;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const Entry* entry = batch.entries[i];
    if (entry->check_version && checked.insert(&entry->aggregate).second) rows.checks.push_back(entry);
    if (entry->receipt) rows.receipts.push_back({entry, placed[i].last});
    if (entry->snapshot) rows.snapshots.push_back({entry, placed[i].last});
    Position position = placed[i].first;
    Version version = entry->expected;
    for (const NewEvent& event : entry->events) {
      version = version.next();
      rows.events.push_back({entry, &event, batch.lanes[placed[i].lane_index].epoch, position, version});
      position = position.next();
    }
  }
  return rows;
}

void put_lanes(Parameters& out, const Batch& batch) {
  out.text(batch.context)
      .integers(batch.lanes, [](const HeldLane& held) { return held.lane.value; })
      .bigints(batch.lanes, [](const HeldLane& held) { return held.epoch.value; })
      .bigints(batch.lanes, [](const HeldLane& held) { return held.last.value; });
}

void put_checks(Parameters& out, const std::vector<const Entry*>& checks) {
  out.texts(checks, [](const Entry* entry) -> std::string_view { return entry->aggregate.type; })
      .texts(checks, [](const Entry* entry) -> std::string_view { return entry->aggregate.id; })
      .bigints(checks, [](const Entry* entry) { return entry->expected.value; });
}

void put_receipts(Parameters& out, const std::vector<EntryRow>& rows) {
  const auto fingerprint = [](const EntryRow& row) {
    const Fingerprint& bytes = row.entry->receipt->fingerprint;
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  out.dates(rows, [](const EntryRow& row) { return receipt_day(row.entry->receipt->request_id); })
      .integers(rows, [](const EntryRow& row) { return row.entry->lane.value; })
      .uuids(rows, [](const EntryRow& row) -> const Uuid& { return row.entry->receipt->request_id; })
      .texts(rows, [](const EntryRow& row) -> std::string_view { return row.entry->receipt->caller; })
      .texts(rows, [](const EntryRow& row) -> std::string_view { return row.entry->aggregate.type; })
      .texts(rows, [](const EntryRow& row) -> std::string_view { return row.entry->aggregate.id; })
      .byteas(rows, fingerprint)
      .bigints(rows, [](const EntryRow& row) { return row.entry->version_after().value; })
      .bigints(rows, [](const EntryRow& row) { return row.position.value; })
      .byteas(rows, [](const EntryRow& row) -> std::string_view { return row.entry->receipt->reply; });
}

void put_events(Parameters& out, const std::vector<EventRow>& rows) {
  out.integers(rows, [](const EventRow& row) { return row.entry->lane.value; })
      .bigints(rows, [](const EventRow& row) { return row.position.value; })
      .bigints(rows, [](const EventRow& row) { return row.epoch.value; })
      .texts(rows, [](const EventRow& row) -> std::string_view { return row.entry->aggregate.type; })
      .texts(rows, [](const EventRow& row) -> std::string_view { return row.entry->aggregate.id; })
      .bigints(rows, [](const EventRow& row) { return row.version.value; })
      .texts(rows, [](const EventRow& row) -> std::string_view { return row.event->type; })
      .byteas(rows, [](const EventRow& row) -> std::string_view { return row.event->payload; })
      .byteas(rows, [](const EventRow& row) -> std::string_view { return row.entry->metadata; });
}

void put_snapshots(Parameters& out, const std::vector<EntryRow>& rows) {
  out.texts(rows, [](const EntryRow& row) -> std::string_view { return row.entry->aggregate.type; })
      .texts(rows, [](const EntryRow& row) -> std::string_view { return row.entry->aggregate.id; })
      .bigints(rows, [](const EntryRow& row) { return row.entry->version_after().value; })
      .bigints(rows, [](const EntryRow& row) { return row.position.value; })
      .bigints(rows, [](const EntryRow& row) { return row.entry->snapshot->schema; })
      .byteas(rows, [](const EntryRow& row) -> std::string_view { return row.entry->snapshot->state; });
}

}  // namespace

Appended PostgresJournal::append(const Batch& batch) {
  const auto placed = place(batch);
  if (!placed) return {AppendOutcome::broken, "entries and lanes of the batch do not fit"};
  const BatchRows rows = rows_of(batch, *placed);
  batch_.clear();
  put_lanes(batch_, batch);
  put_checks(batch_, rows.checks);
  put_receipts(batch_, rows.receipts);
  put_events(batch_, rows.events);
  put_snapshots(batch_, rows.snapshots);

  const auto answer = session_->run(append_batch, batch_);
  if (!answer.ok()) return {outcome_of(answer.failure().state), fault_of(answer.failure(), "append").what};
  return {.recorded_at = answer.timestamp(0, 0)};
}

}  // namespace keel::journal
