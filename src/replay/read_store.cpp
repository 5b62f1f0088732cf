#include "replay/read_store.hpp"

#include <utility>

namespace keel::replay {
namespace {

using postgres::Answer;
using postgres::Parameters;
using query::fault_of;

/// $1 projection
constexpr std::string_view projection_sql =
    "SELECT live, version, paused, previous FROM projections WHERE projection = $1::text";

/// $1 projection
constexpr std::string_view generations_sql =
    "SELECT g.generation, g.version, g.state, g.made_at, g.verified_at, g.generation = p.live,"
    "       coalesce(g.generation = p.previous, false)"
    "  FROM generations g JOIN projections p ON p.projection = g.projection"
    " WHERE g.projection = $1::text AND g.state <> 'dropped' ORDER BY g.generation";

/// $1 projection, $2 generation
constexpr std::string_view lanes_sql =
    "SELECT c.context, c.lane, c.incarnation, c.position,"
    "       (SELECT count(DISTINCT (p.aggregate_type, p.aggregate_id)) FROM parked p"
    "         WHERE p.projection = c.projection AND p.generation = c.generation AND p.context = c.context"
    "           AND p.lane = c.lane)"
    "  FROM checkpoints c WHERE c.projection = $1::text AND c.generation = $2::bigint ORDER BY c.context, c.lane";

constexpr std::string_view operation_columns =
    "SELECT o.operation, o.kind, o.projection, o.generation, o.version, o.state, o.phase, o.cancel_asked, o.worker,"
    "       o.started_at, o.seen_at, o.ended_at, o.events, o.total, o.rate, o.result,"
    "       EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 5426002 AND l.objsubid = 2"
    "                AND l.objid = (hashtext(o.projection)::bigint & 4294967295)::oid AND l.granted"
    "                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    "  FROM operations o";

/// $1 operation
const std::string operation_sql = std::string(operation_columns) + " WHERE o.operation = $1::bigint";
/// $1 projection, or empty, $2 limit
const std::string operations_sql = std::string(operation_columns) +
                                   " WHERE $1::text = '' OR o.projection = $1::text"
                                   " ORDER BY o.operation DESC LIMIT $2::bigint";

/// $1 projection, or empty, $2 limit
constexpr std::string_view deeds_sql =
    "SELECT at, who, action, projection, generation, operation, reason, result, coalesce(target, '') FROM audit"
    " WHERE $1::text = '' OR projection = $1::text ORDER BY id DESC LIMIT $2::bigint";

std::optional<Timestamp> moment(const Answer& answer, int row, int column) {
  if (answer.null(row, column)) return {};
  return answer.timestamp(row, column);
}

Operation operation_at(const Answer& answer, int row) {
  Operation found;
  found.id = answer.bigint(row, 0);
  found.kind = answer.text(row, 1);
  found.projection = answer.text(row, 2);
  found.generation = answer.bigint(row, 3);
  found.version = answer.integer(row, 4);
  found.state = answer.text(row, 5);
  found.phase = answer.text(row, 6);
  found.cancel_asked = answer.boolean(row, 7);
  found.worker = answer.text(row, 8);
  found.started_at = *moment(answer, row, 9);
  found.seen_at = *moment(answer, row, 10);
  found.ended_at = moment(answer, row, 11);
  found.events = answer.bigint(row, 12);
  found.total = answer.bigint(row, 13);
  found.rate = answer.bigint(row, 14);
  found.result = answer.text(row, 15);
  found.alive = answer.boolean(row, 16);
  return found;
}

NotedDeed deed_at(const Answer& answer, int row) {
  NotedDeed noted;
  noted.at = *moment(answer, row, 0);
  auto& deed = noted.deed;
  deed.who = answer.text(row, 1);
  deed.action = answer.text(row, 2);
  deed.projection = answer.text(row, 3);
  if (!answer.null(row, 4)) deed.generation = answer.bigint(row, 4);
  if (!answer.null(row, 5)) deed.operation = answer.bigint(row, 5);
  deed.reason = answer.text(row, 6);
  deed.result = answer.text(row, 7);
  deed.target = answer.text(row, 8);
  return noted;
}

Parameters which(std::string_view projection, std::int64_t generation) {
  return Parameters().text(projection).bigint(generation);
}

}  // namespace

Result<std::unique_ptr<ReadStore>> ReadStore::open(const std::string& dsn, const ReadStoreOptions& options) {
  query::SessionOptions session_options;
  session_options.name = options.name;
  session_options.statement_timeout = options.statement_timeout;
  auto session = query::open_session(dsn, session_options);
  if (!session) return session.fault();
  // Tables that it makes belong to the group, so that whoever is in it may drop them.
  const auto role =
      (*session)->script("SET ROLE keel_replay; SET enable_seqscan = on; SET maintenance_work_mem = '256MB'");
  if (!role.ok()) return fault_of(role);
  return std::unique_ptr<ReadStore>(new ReadStore(*std::move(session)));
}

Result<std::optional<ProjectionRow>> ReadStore::projection(std::string_view name) {
  const auto answer = session_->run(projection_sql, Parameters().text(name));
  if (!answer.ok()) return fault_of(answer);
  if (answer.size() == 0) return std::optional<ProjectionRow>{};
  ProjectionRow found{answer.bigint(0, 0), answer.integer(0, 1), answer.boolean(0, 2), {}};
  if (!answer.null(0, 3)) found.previous = answer.bigint(0, 3);
  return std::optional(found);
}

Result<std::vector<GenerationRow>> ReadStore::generations(std::string_view projection) {
  const auto answer = session_->run(generations_sql, Parameters().text(projection));
  if (!answer.ok()) return fault_of(answer);
  std::vector<GenerationRow> found;
  for (int row = 0; row < answer.size(); ++row) {
    found.push_back({answer.bigint(row, 0), answer.integer(row, 1), answer.text(row, 2), *moment(answer, row, 3),
                     moment(answer, row, 4), answer.boolean(row, 5), answer.boolean(row, 6)});
  }
  return found;
}

Result<std::vector<LaneRow>> ReadStore::lanes(std::string_view projection, std::int64_t generation) {
  const auto answer = session_->run(lanes_sql, which(projection, generation));
  if (!answer.ok()) return fault_of(answer);
  std::vector<LaneRow> found;
  for (int row = 0; row < answer.size(); ++row) {
    found.push_back({answer.text(row, 0), Lane{answer.integer(row, 1)}, answer.uuid(row, 2),
                     Position{answer.bigint(row, 3)}, answer.bigint(row, 4)});
  }
  return found;
}

Result<std::optional<Operation>> ReadStore::operation(std::int64_t id) {
  const auto answer = session_->run(operation_sql, Parameters().bigint(id));
  if (!answer.ok()) return fault_of(answer);
  if (answer.size() == 0) return std::optional<Operation>{};
  return std::optional(operation_at(answer, 0));
}

Result<std::vector<Operation>> ReadStore::operations(std::string_view projection, std::int64_t limit) {
  const auto answer = session_->run(operations_sql, Parameters().text(projection).bigint(limit));
  if (!answer.ok()) return fault_of(answer);
  std::vector<Operation> found;
  for (int row = 0; row < answer.size(); ++row) found.push_back(operation_at(answer, row));
  return found;
}

Result<std::vector<NotedDeed>> ReadStore::deeds(std::string_view projection, std::int64_t limit) {
  const auto answer = session_->run(deeds_sql, Parameters().text(projection).bigint(limit));
  if (!answer.ok()) return fault_of(answer);
  std::vector<NotedDeed> found;
  for (int row = 0; row < answer.size(); ++row) found.push_back(deed_at(answer, row));
  return found;
}

}  // namespace keel::replay
