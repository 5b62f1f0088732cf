#include "replay/generation_cut.hpp"

#include <span>
#include <utility>

#include "query/postgres_options.hpp"
#include "query/postgres_table_sql.hpp"

namespace keel::replay {
namespace {

using postgres::Answer;
using postgres::Parameters;
using postgres::Session;
using postgres::Statement;
using query::fault_of;

using Cuts = std::map<std::int32_t, LaneCut>;

constexpr std::string_view begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr std::string_view commit_sql = "COMMIT";

/// $1 projection, $2 generation
constexpr std::string_view checkpoints_sql =
    "SELECT context, lane, incarnation, position FROM checkpoints"
    " WHERE projection = $1::text AND generation = $2::bigint ORDER BY context, lane";

/// $1 projection, $2 generation
constexpr std::string_view parked_sql =
    "SELECT DISTINCT lane, aggregate_type, aggregate_id FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint";

/// Few enough that their answer does not count.
std::string fetch_sql(const std::string& cursor) { return "FETCH 500 FROM " + cursor; }

/// What a row takes in a map beside its values, and the key's copy of some of them.
constexpr std::size_t bytes_by_key = 256;

/// Answers that stand before those of the tables.
constexpr std::size_t before_tables = 3;

Result<std::unique_ptr<Session>> open(const std::string& dsn) {
  query::SessionOptions options;
  options.name = "keel replay verify";
  options.statement_timeout = {};
  auto session = query::open_session(dsn, options);
  if (!session) return session.fault();
  // It looks at whole tables.
  const auto set = (*session)->script("SET enable_seqscan = on; SET enable_hashjoin = on");
  if (!set.ok()) return fault_of(set);
  return session;
}

/// Checkpoints, parked aggregates, and one statement a table, in one snapshot.
Result<std::vector<Answer>> in_one_snapshot(const std::string& dsn, const Parameters& which,
                                            std::span<const std::string> of_tables, const Parameters& of_table) {
  const auto session = open(dsn);
  if (!session) return session.fault();
  std::vector<Statement> statements{{begin_sql}, {checkpoints_sql, which}, {parked_sql, which}};
  for (const auto& sql : of_tables) statements.push_back({sql, of_table});
  statements.push_back({commit_sql});
  auto answers = (*session)->run(statements);
  for (const auto& answer : answers) {
    if (!answer.ok()) return fault_of(answer);
  }
  return answers;
}

Cuts cuts_of(const Answer& checkpoints, const Answer& parked, std::size_t tables) {
  Cuts cuts;
  for (int row = 0; row < checkpoints.size(); ++row) {
    auto& cut = cuts[checkpoints.integer(row, 1)];
    cut.sums.resize(tables);
    cut.positions[checkpoints.text(row, 0)] = Position{checkpoints.bigint(row, 3)};
  }
  for (int row = 0; row < parked.size(); ++row) {
    cuts[parked.integer(row, 0)].parked.insert({parked.text(row, 1), parked.text(row, 2)});
  }
  return cuts;
}

/// A lane that only has rows is one, too: they are somebody's mistake.
void take_sums(const Answer& answer, std::size_t table, std::size_t tables, Cuts& cuts) {
  for (int row = 0; row < answer.size(); ++row) {
    auto& sums = cuts[answer.integer(row, 0)].sums;
    sums.resize(tables);
    sums[table] = {answer.bigint(row, 1), answer.bigint(row, 2)};
  }
}

/// Answers nothing when the part's rows take more than `bytes`, which is less afterwards by what they take.
Result<std::optional<RowsByKey>> rows_of(Session& session, const query::Table& table, const std::string& fetch_sql,
                                         const LanePart& part, std::size_t& bytes) {
  RowsByKey rows;
  while (true) {
    const auto answer = session.run(fetch_sql, {});
    if (!answer.ok()) return fault_of(answer);
    if (answer.size() == 0) return std::optional(std::move(rows));
    for (int i = 0; i < answer.size(); ++i) {
      auto row = query::row_of(table.columns, answer, i);
      if (!part.holds(row)) continue;
      const auto size = bytes_by_key + query::bytes_of(row);
      if (size > bytes) return std::optional<RowsByKey>{};
      bytes -= size;
      query::Key key(row.values.begin(), row.values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
      rows.emplace(std::move(key), std::move(row));
    }
  }
}

}  // namespace

Attempt<Cuts> GenerationReader::cut(const Uuid& incarnation) const {
  const auto& tables = projection_.tables;
  const auto which = Parameters().text(projection_.name).bigint(generation_);
  std::vector<std::string> sums;
  for (const auto& table : tables) sums.push_back(query::checksums_sql(table, generation_));
  const auto answers = in_one_snapshot(dsn_, which, sums, which);
  if (!answers) return answers.fault();
  const auto& checkpoints = (*answers)[1];
  if (checkpoints.size() == 0) return conflict("the generation has no checkpoints yet: is it being filled?");
  for (int row = 0; row < checkpoints.size(); ++row) {
    if (checkpoints.uuid(row, 2) != incarnation) {
      return conflict("the generation was folded from another incarnation of the journal");
    }
  }
  auto cuts = cuts_of(checkpoints, (*answers)[2], tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) take_sums((*answers)[before_tables + i], i, tables.size(), cuts);
  return cuts;
}

Result<std::optional<LaneRows>> GenerationReader::rows(std::int32_t lane, const LanePart& part,
                                                       std::size_t bytes) const {
  const auto& tables = projection_.tables;
  const auto session = open(dsn_);
  if (!session) return session.fault();
  const auto which = Parameters().text(projection_.name).bigint(generation_);
  const Statement begin[] = {{begin_sql}, {checkpoints_sql, which}, {parked_sql, which}};
  const auto begun = (*session)->run(begin);
  for (const auto& answer : begun) {
    if (!answer.ok()) return fault_of(answer);
  }
  LaneRows found;
  found.cut = cuts_of(begun[1], begun[2], tables.size())[lane];
  const auto of_lane = Parameters(which).integer(lane);
  for (const auto& table : tables) {
    const std::string cursor = "rows_of_" + table.name;
    const auto declared = (*session)->run(
        "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + query::lane_rows_sql(table, generation_), of_lane);
    if (!declared.ok()) return fault_of(declared);
    auto rows = rows_of(**session, table, fetch_sql(cursor), part, bytes);
    if (!rows) return rows.fault();
    if (!*rows) return std::optional<LaneRows>{};
    found.tables.push_back(**std::move(rows));
  }
  return std::optional(std::move(found));
}

}  // namespace keel::replay
