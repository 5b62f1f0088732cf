#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/quantities.hpp"
#include "query/postgres_options.hpp"
#include "query/postgres_table_sql.hpp"
#include "query/working_set.hpp"

namespace keel::query {

struct LaneRows {
  Lane lane;
  const WorkingSet* rows = nullptr;
};

/// The statements over a projection's tables, made once a session.
class PostgresRowSql {
 public:
  const TableSql& of(const Table& table, std::int64_t generation);

  /// Reads the rows that are wanted, each into the set that wants it. The sets are of one projection.
  Result<Done> read(postgres::Session& session, std::int64_t generation, std::span<WorkingSet* const> sets);
  /// Appends what erases and writes the changed rows: for each table at most two statements, in key order.
  void add_changes(std::span<const LaneRows> changed, std::int64_t generation,
                   std::vector<postgres::Statement>& statements);

 private:
  std::map<std::pair<std::string, std::int64_t>, TableSql> sql_;
};

}  // namespace keel::query
