#include "journal/migrations.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "journal/postgres_failure.hpp"
#include "journal/postgres_options.hpp"

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Session;
using Versions = std::set<std::string, std::less<>>;

/// Any number, the same in every binary: who holds it migrates.
constexpr const char* migration_lock = "4961827104418231";

Fault refused(std::string what) { return {Fault::Outcome::nothing_changed, std::move(what)}; }

Result<std::unique_ptr<Session>> open_session(const std::string& dsn) {
  PostgresOptions options;
  options.dsn = dsn;
  options.application_name = "keel migrate";
  options.statement_timeout = std::chrono::milliseconds(0);
  options.lock_timeout = std::chrono::seconds(10);
  options.allow_fsync_off = true;
  return open_session(options);
}

Result<Answer> run_script(Session& session, const std::string& sql, std::string_view doing) {
  auto answer = session.script(sql);
  if (!answer.ok()) return fault_of(answer.failure(), doing);
  return answer;
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char character : text) result.append(character == quote ? 2 : 1, character);
  return result + quote;
}

Result<Versions> applied_versions(Session& session, const MigrationOptions& options) {
  const std::string doing = "reading " + options.table;
  const std::string table = quoted(options.table, '"');
  const auto known = run_script(session, "SELECT to_regclass(" + quoted(table, '\'') + ") IS NOT NULL", doing);
  if (!known) return known.fault();
  Versions versions;
  if (known->text(0, 0) != "t") return versions;
  const auto rows = run_script(session, "SELECT version FROM " + table, doing);
  if (!rows) return rows.fault();
  for (int row = 0; row < rows->size(); ++row) versions.insert(rows->text(row, 0));
  return versions;
}

SchemaState compare(std::span<const Migration> migrations, const Versions& applied) {
  SchemaState state;
  Versions known;
  for (const Migration& migration : migrations) {
    known.emplace(migration.version);
    if (!applied.contains(migration.version)) state.missing.emplace_back(migration.file);
  }
  std::ranges::set_difference(applied, known, std::back_inserter(state.unknown));
  return state;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Fault too_new(const SchemaState& state, const MigrationOptions& options) {
  return refused("the database is newer than this binary, which does not know " + list(state.unknown) + " of " +
                 options.table + ": install the release that applied them");
}

Result<Done> apply(Session& session, const Migration& migration, const MigrationOptions& options) {
  const std::string_view sql = upward_part(migration.sql);
  if (sql.empty()) return refused(std::string(migration.file) + " has no line `-- migrate:up`");
  const std::string script = "BEGIN;\n" + std::string(sql) + "\n;INSERT INTO " + quoted(options.table, '"') +
                             " (version) VALUES (" + quoted(migration.version, '\'') + ");\nCOMMIT";
  const auto done = run_script(session, script, "applying " + std::string(migration.file));
  if (!done) return done.fault();
  return Done{};
}

}  // namespace

std::string_view upward_part(std::string_view sql) {
  constexpr std::string_view up = "-- migrate:up";
  constexpr std::string_view down = "\n-- migrate:down";
  std::size_t start = sql.starts_with(up) ? 0 : sql.find("\n" + std::string(up));
  if (start == std::string_view::npos) return {};
  start = sql.find('\n', start + 1);
  if (start == std::string_view::npos) return {};
  return sql.substr(start, sql.find(down, start) - start);
}

Result<MigrationReport> migrate(const std::string& dsn, std::span<const Migration> migrations,
                                const MigrationOptions& options) {
  const auto session = open_session(dsn);
  if (!session) return session.fault();
  const std::string begin = "SET lock_timeout = 0; SELECT pg_advisory_lock(" + std::string(migration_lock) +
                            "); SET lock_timeout = '10s'; CREATE TABLE IF NOT EXISTS " + quoted(options.table, '"') +
                            " (version text PRIMARY KEY); GRANT SELECT ON " + quoted(options.table, '"') + " TO PUBLIC";
  if (const auto ready = run_script(**session, begin, "preparing " + options.table); !ready) return ready.fault();
  const auto applied = applied_versions(**session, options);
  if (!applied) return applied.fault();
  if (const SchemaState state = compare(migrations, *applied); !state.unknown.empty()) return too_new(state, options);

  MigrationReport report;
  for (const Migration& migration : migrations) {
    if (applied->contains(migration.version)) {
      ++report.present;
      continue;
    }
    if (const auto done = apply(**session, migration, options); !done) return done.fault();
    report.applied.emplace_back(migration.file);
  }
  return report;
}

Result<SchemaState> compare_schema(const std::string& dsn, std::span<const Migration> migrations,
                                   const MigrationOptions& options) {
  const auto session = open_session(dsn);
  if (!session) return session.fault();
  const auto applied = applied_versions(**session, options);
  if (!applied) return applied.fault();
  return compare(migrations, *applied);
}

Result<Done> check_schema(const std::string& dsn, std::span<const Migration> migrations,
                          const MigrationOptions& options) {
  const auto state = compare_schema(dsn, migrations, options);
  if (!state) return state.fault();
  if (!state->unknown.empty()) return too_new(*state, options);
  if (state->missing.empty()) return Done{};
  return refused("the database is older than this binary: " + list(state->missing) + " " +
                 (state->missing.size() == 1 ? "is" : "are") + " not applied. Run `keel migrate`");
}

}  // namespace keel::journal
