#include "query/postgres_table_sql.hpp"

#include <string_view>

#include "query/postgres_values.hpp"

namespace keel::query {
namespace {

using postgres::Answer;

std::string_view array_of(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return "boolean[]";
    case ColumnType::integer:
      return "bigint[]";
    case ColumnType::text:
      return "text[]";
    case ColumnType::bytes:
      return "bytea[]";
    case ColumnType::timestamp:
      return "timestamptz[]";
  }
  return "";
}

std::string parameter(std::size_t number, std::string_view type) {
  return "$" + std::to_string(number) + "::" + std::string(type);
}

/// `head` + item(0) + `separator` + item(1) …
template <class Item>
std::string joined(std::size_t count, std::string_view separator, Item item) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += separator;
    text += item(i);
  }
  return text;
}

std::string unnested(const Table& table, std::size_t columns) {
  return "unnest(" +
         joined(columns, ", ", [&](std::size_t i) { return parameter(i + 1, array_of(table.columns[i].type)); });
}

std::string keys_asked(const Table& table) {
  return unnested(table, table.key_columns) + ") AS k(" +
         joined(table.key_columns, ", ", [&](std::size_t i) { return std::string(table.columns[i].name); }) + ")";
}

std::string keys_equal(const Table& table) {
  return joined(table.key_columns, " AND ", [&](std::size_t i) {
    const std::string name(table.columns[i].name);
    return "t." + name + " = k." + name;
  });
}

std::string write_sql(const Table& table, const std::string& name) {
  const auto count = table.columns.size();
  const auto column = [&](std::size_t i) { return std::string(table.columns[i].name); };
  const std::string columns = joined(count, ", ", column);
  const std::string assignments = joined(count - table.key_columns, "", [&](std::size_t i) {
    return column(i + table.key_columns) + " = excluded." + column(i + table.key_columns) + ", ";
  });
  return "INSERT INTO " + name + " (" + columns + ", position, lane) SELECT * FROM " + unnested(table, count) + ", " +
         parameter(count + 1, "bigint[]") + ", " + parameter(count + 2, "integer[]") + ") AS u ON CONFLICT (" +
         joined(table.key_columns, ", ", column) + ") DO UPDATE SET " + assignments +
         "position = excluded.position, lane = excluded.lane";
}

}  // namespace

std::string select_list(const Table& table) {
  return joined(table.columns.size(), "",
                [&](std::size_t i) { return "t." + std::string(table.columns[i].name) + ", "; }) +
         "t.lane, t.position";
}

TableSql table_sql(const Table& table, std::int64_t generation) {
  const std::string name = table.name + "_g" + std::to_string(generation);
  TableSql sql;
  sql.read =
      "SELECT " + select_list(table) + " FROM " + keys_asked(table) + " JOIN " + name + " t ON " + keys_equal(table);
  sql.write = write_sql(table, name);
  sql.erase = "DELETE FROM " + name + " t USING " + keys_asked(table) + " WHERE " + keys_equal(table);
  sql.changes = "SELECT " + select_list(table) +
                " FROM unnest($1::bigint[], $2::bigint[]) AS seen(lane, position)"
                " JOIN " +
                name + " t ON t.lane = seen.lane::integer AND t.position > seen.position";
  return sql;
}

Row row_of(const std::vector<Column>& columns, const Answer& answer, int row) {
  Row read;
  read.values.reserve(columns.size());
  int column = 0;
  for (; column < static_cast<int>(columns.size()); ++column) {
    read.values.push_back(value_at(answer, columns[static_cast<std::size_t>(column)].type, row, column));
  }
  read.lane = Lane{answer.integer(row, column)};
  read.position = Position{answer.bigint(row, column + 1)};
  return read;
}

}  // namespace keel::query
