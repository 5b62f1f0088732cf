#include "journal/postgres_journal.hpp"
#include "journal/postgres_rows.hpp"

namespace keel::journal {
namespace {

using postgres::Parameters;

/// $1 context, $2 lanes, $3 days, lanes ($4) and ids ($5) of receipts, types ($6) and ids ($7) of aggregates. One
/// statement, so one snapshot. LATERAL with LIMIT keeps the look-ups by index on a table that was never analysed.
constexpr std::string_view diagnose_batch = R"sql(
  SELECT 'e' AS kind, asked.place, l.epoch AS number, NULL::integer AS lane, NULL::uuid AS request_id,
         NULL::text AS caller, NULL::text AS type, NULL::text AS id, NULL::bytea AS fingerprint,
         NULL::bigint AS position, NULL::bytea AS reply
    FROM unnest($2::integer[]) WITH ORDINALITY AS asked(lane, place)
    LEFT JOIN LATERAL (SELECT epoch FROM lanes l WHERE l.context = $1::text AND l.lane = asked.lane LIMIT 1) l ON true
  UNION ALL
  SELECT 'r', 0, r.version, r.lane, r.request_id, r.caller, r.aggregate_type, r.aggregate_id, r.fingerprint, r.position,
         r.reply
    FROM unnest($3::date[], $4::integer[], $5::uuid[]) AS asked(day, lane, request_id)
   CROSS JOIN LATERAL (
     SELECT * FROM receipts r
      WHERE r.day = asked.day AND r.context = $1::text AND r.lane = asked.lane AND r.request_id = asked.request_id
      LIMIT 1) r
  UNION ALL
  SELECT 'v', asked.place, v.version, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM unnest($6::text[], $7::text[]) WITH ORDINALITY AS asked(type, id, place)
    LEFT JOIN LATERAL (
     SELECT e.version FROM events e
      WHERE e.context = $1::text AND e.aggregate_type = asked.type AND e.aggregate_id = asked.id
      ORDER BY e.version DESC LIMIT 1) v ON true)sql";

/// $1 context, $2 lane, $3 position, $4 limit.
constexpr std::string_view read_lane = R"sql(
  SELECT lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, metadata, recorded_at
    FROM events
   WHERE context = $1::text AND lane = $2::integer AND position > $3::bigint
   ORDER BY position LIMIT $4::bigint)sql";

/// $1 context, $2 aggregate's type, $3 its id, $4 version, $5 limit.
constexpr std::string_view read_one_aggregate = R"sql(
  SELECT lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, metadata, recorded_at
    FROM events
   WHERE context = $1::text AND aggregate_type = $2::text AND aggregate_id = $3::text AND version > $4::bigint
   ORDER BY version LIMIT $5::bigint)sql";

/// $1 context.
constexpr std::string_view read_heads = R"sql(
  SELECT l.lane, coalesce(head.position, 0)
    FROM lanes l
    LEFT JOIN LATERAL (SELECT e.position FROM events e WHERE e.context = l.context AND e.lane = l.lane
                        ORDER BY e.position DESC LIMIT 1) AS head ON true
   WHERE l.context = $1::text
   ORDER BY l.lane)sql";

std::int64_t as_limit(std::size_t limit) { return static_cast<std::int64_t>(limit); }

}  // namespace

Result<Diagnosis> PostgresJournal::diagnose(std::string_view context, std::span<const Lane> lanes,
                                            std::span<const ReceiptKey> ids, std::span<const AggregateRef> aggregates) {
  Parameters parameters;
  parameters.text(context)
      .integers(lanes, [](Lane lane) { return lane.value; })
      .dates(ids, [](const ReceiptKey& key) { return receipt_day(key.request_id); })
      .integers(ids, [](const ReceiptKey& key) { return key.lane.value; })
      .uuids(ids, [](const ReceiptKey& key) -> const Uuid& { return key.request_id; })
      .texts(aggregates, [](const AggregateRef& ref) -> std::string_view { return ref.type; })
      .texts(aggregates, [](const AggregateRef& ref) -> std::string_view { return ref.id; });
  const auto rows = ask(diagnose_batch, parameters, "diagnosing a batch");
  if (!rows) return rows.fault();

  Diagnosis diagnosis;
  diagnosis.epochs.resize(lanes.size());
  diagnosis.versions.resize(aggregates.size());
  for (int row = 0; row < rows->size(); ++row) {
    const char kind = rows->bytes(row, 0).front();
    const auto index = static_cast<std::size_t>(rows->bigint(row, 1) - 1);
    const std::int64_t number = rows->null(row, 2) ? 0 : rows->bigint(row, 2);
    if (kind == 'e') diagnosis.epochs[index] = Epoch{number};
    if (kind == 'v') diagnosis.versions[index] = Version{number};
    if (kind == 'r') diagnosis.receipts.push_back(receipt_at(*rows, row, 2));
  }
  return diagnosis;
}

Result<std::vector<RecordedEvent>> PostgresJournal::read(std::string_view context, Lane lane, Position after,
                                                         std::size_t limit) {
  const auto rows =
      ask(read_lane, Parameters().text(context).integer(lane.value).bigint(after.value).bigint(as_limit(limit)),
          "reading a lane");
  if (!rows) return rows.fault();
  return events_of(*rows);
}

Result<std::vector<RecordedEvent>> PostgresJournal::read_aggregate(std::string_view context,
                                                                   const AggregateRef& aggregate, Version after,
                                                                   std::size_t limit) {
  const auto rows = ask(
      read_one_aggregate,
      Parameters().text(context).text(aggregate.type).text(aggregate.id).bigint(after.value).bigint(as_limit(limit)),
      "reading an aggregate");
  if (!rows) return rows.fault();
  return events_of(*rows);
}

Result<std::vector<Position>> PostgresJournal::heads(std::string_view context) {
  return place_of_each_lane(read_heads, Parameters().text(context), context);
}

Result<std::vector<Position>> PostgresJournal::place_of_each_lane(std::string_view sql, const Parameters& parameters,
                                                                  std::string_view context) {
  const auto rows = ask(sql, parameters, "reading where the lanes stand");
  if (!rows) return rows.fault();
  if (rows->size() == 0) {
    return Fault{Fault::Outcome::nothing_changed,
                 "context '" + std::string(context) + "' has no lanes: run `keel migrate`"};
  }
  std::vector<Position> places(static_cast<std::size_t>(rows->size()));
  for (int row = 0; row < rows->size(); ++row) {
    places.at(static_cast<std::size_t>(rows->integer(row, 0))) = Position{rows->bigint(row, 1)};
  }
  return places;
}

}  // namespace keel::journal
