#include "query/postgres_generations.hpp"

#include <utility>

#include "query/postgres_session.hpp"

namespace keel::query {
namespace {

/// One migrator at a time; the number is ours alone in this database.
constexpr const char* begin_sql = "BEGIN; SELECT pg_advisory_xact_lock(5426001)";

/// $1 projection, $2 version
constexpr std::string_view register_sql =
    "INSERT INTO projections (projection, live, version) VALUES ($1::text, 1, $2::integer) ON CONFLICT DO NOTHING"
    " RETURNING projection";

Fault fault_of(const Answer& answer) { return answer.fault(Fault::Outcome::nothing_changed); }

std::string rights_sql(const Projection& projection) {
  std::string sql;
  for (const auto& table : projection.tables) {
    const std::string name = table.name + "_g1";
    sql += "GRANT SELECT, INSERT, UPDATE, DELETE ON " + name + " TO keel_projector; GRANT SELECT ON " + name +
           " TO keel_query;";
  }
  return sql;
}

Result<bool> make_first(PostgresSession& session, const Projection& projection) {
  const auto registered = session.run(register_sql, Parameters().text(projection.name).small(projection.version));
  if (!registered.ok()) return fault_of(registered);
  if (registered.rows() == 0) return false;
  const auto made = session.run_script(for_generation(projection.tables_sql, 1) + rights_sql(projection));
  if (!made.ok()) return fault_of(made);
  return true;
}

}  // namespace

Result<std::vector<std::string>> make_first_generations(const std::string& dsn, std::span<const ReadModel> models) {
  auto opened = PostgresSession::open(dsn, SessionOptions{.name = "keel migrate"});
  if (!opened) return opened.fault();
  PostgresSession& session = **opened;
  if (const auto begun = session.run_script(begin_sql); !begun.ok()) return fault_of(begun);
  std::vector<std::string> made;
  for (const auto& model : models) {
    for (const auto& projection : model.projections) {
      const auto fresh = make_first(session, projection);
      if (!fresh) return fresh.fault();
      if (*fresh) made.push_back(projection.name);
    }
  }
  if (const auto committed = session.run_script("COMMIT"); !committed.ok()) return fault_of(committed);
  return made;
}

}  // namespace keel::query
