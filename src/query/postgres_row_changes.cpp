#include "query/postgres_row_changes.hpp"

#include "query/postgres_values.hpp"

namespace keel::query {
namespace {

using postgres::Parameters;

template <class Keys>
Parameters keyed(const Table& table, const Keys& keys) {
  Parameters parameters;
  for (std::size_t part = 0; part < table.key_columns; ++part) {
    put_array(parameters, table.columns[part].type, keys, [&](const Key* key) -> const Value& { return (*key)[part]; });
  }
  return parameters;
}

Parameters written(const Table& table, const std::vector<const Row*>& rows, Lane lane) {
  Parameters parameters;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    put_array(parameters, table.columns[column].type, rows,
              [&](const Row* row) -> const Value& { return row->values[column]; });
  }
  parameters.bigints(rows, [](const Row* row) { return row->position.value; });
  parameters.integer(lane.value);
  return parameters;
}

}  // namespace

const TableSql& PostgresRowSql::of(const Table& table, std::int64_t generation) {
  const auto [found, fresh] = sql_.try_emplace({table.name, generation});
  if (fresh) found->second = table_sql(table, generation);
  return found->second;
}

Result<Done> PostgresRowSql::read(postgres::Session& session, std::int64_t generation, WorkingSet& rows) {
  for (std::size_t index = 0; index < rows.tables().size(); ++index) {
    const auto keys = rows.wanted(index);
    if (keys.empty()) continue;
    const auto& table = rows.tables()[index];
    const auto answer = session.run(of(table, generation).read, keyed(table, keys));
    if (!answer.ok()) return fault_of(answer);
    for (int row = 0; row < answer.size(); ++row) rows.load(index, row_of(table.columns, answer, row));
  }
  return Done{};
}

void PostgresRowSql::add_changes(const WorkingSet& rows, std::int64_t generation, Lane lane,
                                 std::vector<postgres::Statement>& statements) {
  for (std::size_t index = 0; index < rows.tables().size(); ++index) {
    const auto& table = rows.tables()[index];
    const auto changes = rows.changes(index);
    const auto& sql = of(table, generation);
    if (!changes.erased.empty()) statements.push_back({sql.erase, keyed(table, changes.erased)});
    if (!changes.written.empty()) statements.push_back({sql.write, written(table, changes.written, lane)});
  }
}

}  // namespace keel::query
