#pragma once

#include <cstdint>
#include <string>

#include "postgres/copy.hpp"
#include "query/working_set.hpp"

namespace keel::query {

/// `COPY <table>_g<generation> (columns, lane, position) FROM STDIN (FORMAT binary)`.
std::string copy_in_sql(const Table& table, std::int64_t generation);

/// Adds a row for that statement.
void add_row(postgres::CopiedRows& copied, const Table& table, const Row& row, Lane lane);

}  // namespace keel::query
