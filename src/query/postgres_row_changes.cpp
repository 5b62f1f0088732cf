#include "query/postgres_row_changes.hpp"

namespace keel::query {
namespace {

template <class Keys>
Parameters keyed(const Table& table, const Keys& keys) {
  Parameters parameters;
  for (std::size_t part = 0; part < table.key_columns; ++part) {
    parameters.array(table.columns[part].type, keys.size(),
                     [&](std::size_t i) -> const Value& { return (*keys[i])[part]; });
  }
  return parameters;
}

Parameters written(const Table& table, const std::vector<const Row*>& rows, Lane lane) {
  Parameters parameters;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    parameters.array(table.columns[column].type, rows.size(),
                     [&](std::size_t i) -> const Value& { return rows[i]->values[column]; });
  }
  parameters.array(ColumnType::integer, rows.size(), [&](std::size_t i) -> Value { return rows[i]->position.value; });
  parameters.small(lane.value);
  return parameters;
}

}  // namespace

const TableSql& PostgresRowSql::of(const Table& table, std::int64_t generation) {
  const auto [found, fresh] = sql_.try_emplace({table.name, generation});
  if (fresh) found->second = table_sql(table, generation);
  return found->second;
}

Result<Done> PostgresRowSql::read(PostgresSession& session, std::int64_t generation, WorkingSet& rows) {
  for (std::size_t index = 0; index < rows.tables().size(); ++index) {
    const auto keys = rows.wanted(index);
    if (keys.empty()) continue;
    const auto& table = rows.tables()[index];
    const auto answer = session.run(of(table, generation).read, keyed(table, keys));
    if (!answer.ok()) return answer.fault(Fault::Outcome::nothing_changed);
    for (int row = 0; row < answer.rows(); ++row) rows.load(index, row_of(table.columns, answer, row));
  }
  return Done{};
}

void PostgresRowSql::add_changes(const WorkingSet& rows, std::int64_t generation, Lane lane,
                                 std::vector<Parameters>& parameters, std::vector<std::string_view>& texts) {
  for (std::size_t index = 0; index < rows.tables().size(); ++index) {
    const auto& table = rows.tables()[index];
    const auto changes = rows.changes(index);
    const auto& sql = of(table, generation);
    if (!changes.erased.empty()) {
      parameters.push_back(keyed(table, changes.erased));
      texts.push_back(sql.erase);
    }
    if (!changes.written.empty()) {
      parameters.push_back(written(table, changes.written, lane));
      texts.push_back(sql.write);
    }
  }
}

}  // namespace keel::query
