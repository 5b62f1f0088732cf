#pragma once

#include <cstdint>
#include <string>

#include "query/working_set.hpp"

namespace keel::query {

/// Rows of a lane, however many, in 16 bytes: equal when the rows are equal, whatever their order.
struct RowChecksum {
  std::int64_t rows = 0;
  std::int64_t sum = 0;
  /// Takes in what another one has taken in.
  RowChecksum& operator+=(const RowChecksum& other) {
    rows += other.rows;
    sum ^= other.sum;
    return *this;
  }
  friend bool operator==(const RowChecksum&, const RowChecksum&) = default;
};

/// Takes a row in: the first eight bytes of MD5 over its columns and its position, each as PostgreSQL sends it in
/// binary behind its length, combined by exclusive or. (Against accidents, not against forgers.)
void add_to(RowChecksum& checksum, const Table& table, const Row& row);

/// The same, computed by PostgreSQL: one row a lane, `lane, count, sum`, of rows that no parked event of this
/// generation touches. $1 projection, $2 generation.
std::string checksums_sql(const Table& table, std::int64_t generation);
/// The rows themselves, of one lane, in the same choice. $1 projection, $2 generation, $3 lane.
std::string lane_rows_sql(const Table& table, std::int64_t generation);

}  // namespace keel::query
