#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/quantities.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_table_sql.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// The statements over a projection's tables, made once a session.
class PostgresRowSql {
 public:
  const TableSql& of(const Table& table, std::int64_t generation);

  /// Reads the rows that are wanted.
  Result<Done> read(postgres::Session& session, std::int64_t generation, WorkingSet& rows);
  /// Appends what erases and writes the changed rows, each with its parameters.
  void add_changes(const WorkingSet& rows, std::int64_t generation, Lane lane,
                   std::vector<postgres::Statement>& statements);

 private:
  std::map<std::pair<std::string, std::int64_t>, TableSql> sql_;
};

}  // namespace keel::query
