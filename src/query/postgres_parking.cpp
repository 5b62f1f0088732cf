#include <utility>

#include "query/parking.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_row_changes.hpp"

namespace keel::query {
namespace {

using postgres::Parameters;
using postgres::Statement;

/// $1 projection. What is parked of an aggregate is given up when any of its events is: later ones came after.
constexpr std::string_view stacks_sql =
    "SELECT s.generation, s.context, s.lane, s.aggregate_type, s.aggregate_id, s.depth, s.first, s.discarded,"
    "       p.reason, p.attempts::bigint, p.parked_at, s.discarded_at"
    "  FROM (SELECT generation, context, lane, aggregate_type, aggregate_id, count(*) AS depth, min(position) AS first,"
    "               bool_or(discarded_at IS NOT NULL) AS discarded, min(discarded_at) AS discarded_at"
    "          FROM parked WHERE projection = $1::text"
    "         GROUP BY generation, context, lane, aggregate_type, aggregate_id) s"
    "  JOIN parked p ON p.projection = $1::text AND p.generation = s.generation AND p.context = s.context"
    "   AND p.lane = s.lane AND p.position = s.first"
    " ORDER BY s.generation, s.context, s.lane, s.first";

/// As all that follow: $1 projection, $2 generation, $3 context, $4 lane
constexpr std::string_view lock_sql =
    "SELECT revision FROM checkpoints"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer FOR UPDATE";

constexpr std::string_view raise_revision_sql =
    "UPDATE checkpoints SET revision = revision + 1"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    " RETURNING pg_notify('keel_read', $1::text)";

/// … $5 aggregate's type, $6 its id
constexpr std::string_view positions_sql =
    "SELECT position FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    "   AND aggregate_type = $5::text AND aggregate_id = $6::text ORDER BY position";

constexpr std::string_view delete_sql =
    "DELETE FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    "   AND aggregate_type = $5::text AND aggregate_id = $6::text";

/// … $7 reason
constexpr std::string_view note_sql =
    "UPDATE parked p SET attempts = attempts + 1, reason = $7::text"
    "  FROM (SELECT min(position) AS first FROM parked"
    "         WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    "           AND aggregate_type = $5::text AND aggregate_id = $6::text) f"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    "   AND position = f.first";

constexpr std::string_view discard_sql =
    "UPDATE parked SET discarded_at = coalesce(discarded_at, clock_timestamp())"
    " WHERE projection = $1::text AND generation = $2::bigint AND context = $3::text AND lane = $4::integer"
    "   AND aggregate_type = $5::text AND aggregate_id = $6::text RETURNING position";

Parameters lane_of(std::string_view projection, const ParkedPlace& place) {
  return Parameters().text(projection).bigint(place.generation).text(place.context).integer(place.lane.value);
}

Parameters aggregate_of(std::string_view projection, const ParkedPlace& place) {
  return lane_of(projection, place).text(place.aggregate.type).text(place.aggregate.id);
}

Unparked failed(Fault fault) { return {.outcome = UnparkOutcome::fault, .poison = {}, .fault = std::move(fault)}; }

Unparked still_poison(StillPoison poison) {
  return {.outcome = UnparkOutcome::poison, .poison = std::move(poison), .fault = {}};
}

class PostgresParking final : public Parking {
 public:
  explicit PostgresParking(std::unique_ptr<postgres::Session> session) : session_(std::move(session)) {}

  Result<std::vector<ParkedStack>> stacks(std::string_view projection) override {
    const auto answer = session_->run(stacks_sql, Parameters().text(projection));
    if (!answer.ok()) return fault_of(answer);
    std::vector<ParkedStack> stacks;
    for (int row = 0; row < answer.size(); ++row) {
      ParkedStack stack;
      stack.place = {answer.bigint(row, 0),
                     answer.text(row, 1),
                     Lane{answer.integer(row, 2)},
                     {answer.text(row, 3), answer.text(row, 4)}};
      stack.depth = answer.bigint(row, 5);
      stack.first = Position{answer.bigint(row, 6)};
      stack.discarded = answer.boolean(row, 7);
      stack.reason = answer.text(row, 8);
      stack.attempts = answer.bigint(row, 9);
      stack.parked_at = answer.timestamp(row, 10);
      if (stack.discarded) stack.discarded_at = answer.timestamp(row, 11);
      stacks.push_back(std::move(stack));
    }
    return stacks;
  }

  Result<std::vector<Position>> positions(std::string_view projection, const ParkedPlace& place) override {
    const auto answer = session_->run(positions_sql, aggregate_of(projection, place));
    if (!answer.ok()) return fault_of(answer);
    std::vector<Position> positions;
    for (int row = 0; row < answer.size(); ++row) positions.push_back(Position{answer.bigint(row, 0)});
    return positions;
  }

  Result<Done> read(std::int64_t generation, WorkingSet& rows) override {
    WorkingSet* const sets[] = {&rows};
    return sql_.read(*session_, generation, sets);
  }

  Unparked unpark(std::string_view projection, const ParkedPlace& place, WorkingSet& rows,
                  const FoldParked& fold) override {
    if (const auto begun = session_->script("BEGIN"); !begun.ok()) return failed(fault_of(begun));
    auto result = unpark_in_transaction(projection, place, rows, fold);
    const auto ended = session_->script(result.outcome == UnparkOutcome::done ? "COMMIT" : "ROLLBACK");
    if (result.outcome == UnparkOutcome::done && !ended.ok()) return failed(fault_of(ended, Fault::Outcome::unknown));
    return result;
  }

  Result<Done> note_attempt(std::string_view projection, const ParkedPlace& place, const std::string& why) override {
    const auto answer = session_->run(note_sql, aggregate_of(projection, place).text(why));
    if (!answer.ok()) return fault_of(answer);
    return Done{};
  }

  Result<std::int64_t> discard(std::string_view projection, const ParkedPlace& place) override {
    const auto answer = session_->run(discard_sql, aggregate_of(projection, place));
    if (!answer.ok()) return fault_of(answer);
    return std::int64_t{answer.size()};
  }

 private:
  Unparked unpark_in_transaction(std::string_view projection, const ParkedPlace& place, WorkingSet& rows,
                                 const FoldParked& fold) {
    const auto locked = session_->run(lock_sql, lane_of(projection, place));
    if (!locked.ok()) return failed(fault_of(locked));
    const auto parked = positions(projection, place);
    if (!parked) return failed(parked.fault());
    if (parked->empty()) return {.outcome = UnparkOutcome::nothing_parked, .poison = {}, .fault = {}};
    const auto folded = fold(*parked);
    if (!folded) return failed(folded.fault());
    if (*folded) return still_poison(**folded);
    auto written = write(projection, place, rows);
    written.events = static_cast<std::int64_t>(parked->size());
    return written;
  }

  Unparked write(std::string_view projection, const ParkedPlace& place, const WorkingSet& rows) {
    std::vector<Statement> statements;
    const LaneRows changed[] = {{place.lane, &rows}};
    sql_.add_changes(changed, place.generation, statements);
    statements.push_back({delete_sql, aggregate_of(projection, place)});
    statements.push_back({raise_revision_sql, lane_of(projection, place)});
    for (const auto& answer : session_->run(statements)) {
      if (answer.ok()) continue;
      const std::string& state = answer.failure().state;
      const bool poison = state.starts_with("22") || state.starts_with("23");
      return poison ? still_poison({{}, what_of(answer)}) : failed(fault_of(answer));
    }
    return {.outcome = UnparkOutcome::done, .poison = {}, .fault = {}};
  }

  std::unique_ptr<postgres::Session> session_;
  PostgresRowSql sql_;
};

}  // namespace

Result<std::unique_ptr<Parking>> open_parking(const std::string& dsn, const std::string& session_name) {
  auto session = open_session(dsn, SessionOptions{.name = session_name});
  if (!session) return session.fault();
  return std::unique_ptr<Parking>(std::make_unique<PostgresParking>(*std::move(session)));
}

}  // namespace keel::query
