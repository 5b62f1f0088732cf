#include "query/postgres_generations.hpp"

#include <utility>

namespace keel::query {
namespace {

using postgres::Parameters;

/// One migrator at a time; the number is ours alone in this database.
constexpr const char* begin_sql = "BEGIN; SELECT pg_advisory_xact_lock(5426001)";

/// $1 projection, $2 version
constexpr std::string_view register_sql =
    "INSERT INTO projections (projection, live, version) VALUES ($1::text, 1, $2::integer) ON CONFLICT DO NOTHING"
    " RETURNING projection";

/// $1 projection, $2 version
constexpr std::string_view first_sql =
    "INSERT INTO generations (projection, generation, version, state) VALUES ($1::text, 1, $2::integer, 'fed')";

Result<bool> make_first(postgres::Session& session, const Projection& projection) {
  const auto which = Parameters().text(projection.name).integer(projection.version);
  const auto registered = session.run(register_sql, which);
  if (!registered.ok()) return fault_of(registered);
  if (registered.size() == 0) return false;
  if (const auto first = session.run(first_sql, which); !first.ok()) return fault_of(first);
  std::string sql = make_tables_sql(projection, 1);
  for (const auto& index : generation_sql(projection, 1).indices) sql += index + ";";
  if (const auto made = session.script(sql); !made.ok()) return fault_of(made);
  return true;
}

}  // namespace

std::string make_tables_sql(const Projection& projection, std::int64_t generation) {
  std::string sql;
  for (const auto& statement : generation_sql(projection, generation).tables) sql += statement + ";";
  for (const auto& table : projection.tables) {
    const std::string name = table.name + "_g" + std::to_string(generation);
    sql += "ALTER TABLE " + name + " OWNER TO keel_replay; GRANT SELECT, INSERT, UPDATE, DELETE ON " + name +
           " TO keel_projector; GRANT SELECT ON " + name + " TO keel_query;";
  }
  return sql;
}

std::string drop_tables_sql(const Projection& projection, std::int64_t generation) {
  std::string sql;
  for (const auto& table : projection.tables) {
    sql += "DROP TABLE IF EXISTS " + table.name + "_g" + std::to_string(generation) + ";";
  }
  return sql;
}

Result<std::vector<std::string>> make_first_generations(const std::string& dsn, std::span<const ReadModel> models) {
  auto opened = open_session(dsn, SessionOptions{.name = "keel migrate"});
  if (!opened) return opened.fault();
  postgres::Session& session = **opened;
  if (const auto begun = session.script(begin_sql); !begun.ok()) return fault_of(begun);
  std::vector<std::string> made;
  for (const auto& model : models) {
    for (const auto& projection : model.projections) {
      const auto fresh = make_first(session, projection);
      if (!fresh) return fresh.fault();
      if (*fresh) made.push_back(projection.name);
    }
  }
  if (const auto committed = session.script("COMMIT"); !committed.ok()) return fault_of(committed);
  return made;
}

}  // namespace keel::query
