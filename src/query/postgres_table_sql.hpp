#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "postgres/answer.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// The statements for one table of one generation. Key parameters are arrays, one a key column, in the key's order.
struct TableSql {
  /// Rows of these keys: the table's columns, lane, position. $1… keys
  std::string read;
  /// Inserts or replaces rows in the order given. $1… columns, then positions (bigint[]) and the lane (integer)
  std::string write;
  /// Deletes rows. $1… keys
  std::string erase;
  /// Rows of these lanes after these positions. $1 lanes (bigint[]), $2 positions (bigint[])
  std::string changes;
};

TableSql table_sql(const Table& table, std::int64_t generation);

/// The table's columns, lane and position, as a select list; of the alias `t`.
std::string select_list(const Table& table);

/// Reads what `select_list` selects.
Row row_of(const std::vector<Column>& columns, const postgres::Answer& answer, int row);

}  // namespace keel::query
