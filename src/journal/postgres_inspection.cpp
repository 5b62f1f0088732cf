#include <utility>

#include "journal/inspection.hpp"
#include "journal/postgres_rows.hpp"

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// $1 context, $2 lane, $3 position before the first, $4 last position
constexpr std::string_view measure_lane = R"sql(
  SELECT count(*), coalesce(sum(octet_length(payload) + octet_length(metadata)), 0)::bigint,
         count(*) FILTER (WHERE version = 1), min(recorded_at), max(recorded_at)
    FROM events
   WHERE context = $1::text AND lane = $2::integer AND position > $3::bigint AND position <= $4::bigint)sql";

/// Partitions are named for their day (migrations/journal/0005).
constexpr std::string_view list_days = R"sql(
  SELECT to_date(right(c.relname, 8), 'YYYYMMDD') - date '1970-01-01' AS day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'receipts'::regclass
   ORDER BY day)sql";

/// $1 day since 1970-01-01, $2 context, $3 lane
constexpr std::string_view count_day = R"sql(
  SELECT count(*) FROM receipts
   WHERE day = date '1970-01-01' + $1::integer AND context = $2::text AND lane = $3::integer)sql";

/// $1 day since 1970-01-01, $2 context, $3 lane, $4 id before the first, $5 limit. Most receipts'
/// position is that of the event of their version; only for the others is it looked for by aggregate, a random page
/// each.
constexpr std::string_view page_receipts = R"sql(
  SELECT r.request_id, r.aggregate_type, r.aggregate_id, r.version, r.position, placed.position IS NOT NULL,
         CASE WHEN placed.own THEN placed.position ELSE v.position END
    FROM (SELECT request_id, aggregate_type, aggregate_id, version, position FROM receipts
           WHERE day = date '1970-01-01' + $1::integer AND context = $2::text AND lane = $3::integer
             AND request_id > $4::uuid
           ORDER BY request_id LIMIT $5::bigint) r
    LEFT JOIN LATERAL (SELECT e.position, e.aggregate_type = r.aggregate_type AND e.aggregate_id = r.aggregate_id
                                          AND e.version = r.version AS own
                         FROM events e
                        WHERE e.context = $2::text AND e.lane = $3::integer AND e.position = r.position
                        LIMIT 1) placed ON true
    LEFT JOIN LATERAL (SELECT e.position FROM events e
                        WHERE placed.own IS NOT TRUE
                          AND e.context = $2::text AND e.aggregate_type = r.aggregate_type
                          AND e.aggregate_id = r.aggregate_id AND e.version = r.version AND e.lane = $3::integer
                        LIMIT 1) v ON true
   ORDER BY r.request_id)sql";

/// $1 context, $2 type and $3 id before the first, $4 limit, $5 whether to look for their events
constexpr std::string_view page_snapshots = R"sql(
  SELECT s.aggregate_type, s.aggregate_id, s.version, s.position, s.bytes, v.position
    FROM (SELECT aggregate_type, aggregate_id, version, position, octet_length(state)::bigint AS bytes FROM snapshots
           WHERE context = $1::text AND (aggregate_type, aggregate_id) > ($2::text, $3::text)
           ORDER BY aggregate_type, aggregate_id LIMIT $4::bigint) s
    LEFT JOIN LATERAL (SELECT e.position FROM events e
                        WHERE $5::boolean AND e.context = $1::text AND e.aggregate_type = s.aggregate_type
                          AND e.aggregate_id = s.aggregate_id AND e.version = s.version
                        LIMIT 1) v ON true
   ORDER BY s.aggregate_type, s.aggregate_id)sql";

std::optional<Position> position_at(const Answer& rows, int row, int column) {
  if (rows.null(row, column)) return {};
  return Position{rows.bigint(row, column)};
}

class PostgresInspection final : public Inspection {
 public:
  explicit PostgresInspection(std::unique_ptr<postgres::Session> session) : session_(std::move(session)) {}

  Result<std::vector<std::optional<Snapshot>>> usable_snapshots(std::string_view context,
                                                                std::span<const SnapshotWanted> wanted) override {
    Parameters parameters;
    parameters.text(context)
        .texts(wanted, [](const SnapshotWanted& one) -> std::string_view { return one.aggregate.type; })
        .texts(wanted, [](const SnapshotWanted& one) -> std::string_view { return one.aggregate.id; })
        .bigints(wanted, [](const SnapshotWanted& one) { return one.schema; });
    const auto rows = ask(select_usable_snapshots, parameters, "reading snapshots");
    if (!rows) return rows.fault();
    std::vector<std::optional<Snapshot>> found(wanted.size());
    for (int row = 0; row < rows->size(); ++row) {
      found.at(static_cast<std::size_t>(rows->bigint(row, 0) - 1)) = Snapshot{
          Version{rows->bigint(row, 1)}, Position{rows->bigint(row, 2)}, rows->bigint(row, 3), rows->text(row, 4)};
    }
    return found;
  }

  Result<LaneExtent> extent(std::string_view context, Lane lane, Position after, Position to) override {
    const auto rows =
        ask(measure_lane, Parameters().text(context).integer(lane.value).bigint(after.value).bigint(to.value),
            "measuring a lane");
    if (!rows) return rows.fault();
    LaneExtent extent{rows->bigint(0, 0), rows->bigint(0, 1), rows->bigint(0, 2), {}, {}};
    if (extent.events == 0) return extent;
    extent.first_at = rows->timestamp(0, 3);
    extent.last_at = rows->timestamp(0, 4);
    return extent;
  }

  Result<std::vector<ReceiptDay>> receipt_days() override {
    const auto rows = ask(list_days, Parameters(), "listing the days of receipts");
    if (!rows) return rows.fault();
    std::vector<ReceiptDay> days;
    for (int row = 0; row < rows->size(); ++row) days.push_back({rows->integer(row, 0)});
    return days;
  }

  Result<std::int64_t> count_receipts(ReceiptDay day, std::string_view context, Lane lane) override {
    const auto rows =
        ask(count_day, Parameters().integer(day.day).text(context).integer(lane.value), "counting receipts");
    if (!rows) return rows.fault();
    return rows->bigint(0, 0);
  }

  Result<std::vector<ReceiptSeen>> receipts(ReceiptDay day, std::string_view context, Lane lane, const Uuid& after,
                                            std::int64_t limit) override {
    const auto rows =
        ask(page_receipts, Parameters().integer(day.day).text(context).integer(lane.value).uuid(after).bigint(limit),
            "reading receipts");
    if (!rows) return rows.fault();
    std::vector<ReceiptSeen> seen;
    for (int row = 0; row < rows->size(); ++row) {
      seen.push_back({rows->uuid(row, 0),
                      {rows->text(row, 1), rows->text(row, 2)},
                      Version{rows->bigint(row, 3)},
                      Position{rows->bigint(row, 4)},
                      rows->boolean(row, 5),
                      position_at(*rows, row, 6)});
    }
    return seen;
  }

  Result<std::vector<SnapshotSeen>> snapshots(std::string_view context, const AggregateRef& after, std::int64_t limit,
                                              bool with_events) override {
    const auto rows = ask(page_snapshots,
                          Parameters().text(context).text(after.type).text(after.id).bigint(limit).boolean(with_events),
                          "reading snapshots");
    if (!rows) return rows.fault();
    std::vector<SnapshotSeen> seen;
    for (int row = 0; row < rows->size(); ++row) {
      seen.push_back({{rows->text(row, 0), rows->text(row, 1)},
                      Version{rows->bigint(row, 2)},
                      Position{rows->bigint(row, 3)},
                      rows->bigint(row, 4),
                      position_at(*rows, row, 5)});
    }
    return seen;
  }

 private:
  Result<Answer> ask(std::string_view sql, const Parameters& parameters, std::string_view doing) {
    return journal::ask(*session_, sql, parameters, doing);
  }

  std::unique_ptr<postgres::Session> session_;
};

}  // namespace

Result<std::unique_ptr<Inspection>> open_inspection(const PostgresOptions& options) {
  auto session = open_session(options);
  if (!session) return session.fault();
  return std::unique_ptr<Inspection>(std::make_unique<PostgresInspection>(*std::move(session)));
}

}  // namespace keel::journal
