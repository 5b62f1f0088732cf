#include "query/postgres_copy.hpp"

#include "query/postgres_values.hpp"

namespace keel::query {

std::string copy_in_sql(const Table& table, std::int64_t generation) {
  std::string sql = "COPY " + table.name + "_g" + std::to_string(generation) + " (";
  for (const auto& column : table.columns) sql += std::string(column.name) + ", ";
  return sql + "lane, position) FROM STDIN (FORMAT binary)";
}

void add_row(postgres::CopiedRows& copied, const Table& table, const Row& row, Lane lane) {
  std::string& out = copied.row(table.columns.size() + 2);
  for (std::size_t i = 0; i < table.columns.size(); ++i) put_field(out, table.columns[i].type, row.values[i]);
  postgres::put_field(out, lane.value);
  postgres::put_field(out, row.position.value);
}

}  // namespace keel::query
