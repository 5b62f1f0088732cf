#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "query/working_set.hpp"

namespace keel::query {

/// `COPY <table>_g<generation> (columns, lane, position) FROM STDIN (FORMAT binary)`.
std::string copy_in_sql(const Table& table, std::int64_t generation);

/// Rows in PostgreSQL's binary COPY format. Source: PostgreSQL 15, "COPY", file formats.
class CopiedRows {
 public:
  CopiedRows();
  void add(const Table& table, const Row& row, Lane lane);
  /// All of it, with its trailer. Once.
  std::string_view finished();

 private:
  std::string bytes_;
};

}  // namespace keel::query
