#pragma once

#include <cstdint>
#include <string>

#include "postgres/answer.hpp"
#include "postgres/parameters.hpp"
#include "query/value.hpp"

namespace keel::query {

// Values of columns as PostgreSQL's parameters, rows and fields.

std::uint32_t oid_of(ColumnType type);

/// Appends a value as a field (postgres/binary.hpp).
void put_field(std::string& out, ColumnType type, const Value& value);

/// Adds one parameter of a column's type.
void put(postgres::Parameters& parameters, ColumnType type, const Value& value);

/// Adds an array of a column's type: `of(item)` gives the value of each item.
template <class Items, class Of>
void put_array(postgres::Parameters& parameters, ColumnType type, const Items& items, Of of) {
  parameters.array(oid_of(type), items, [&](std::string& out, const auto& item) { put_field(out, type, of(item)); });
}

Value value_at(const postgres::Answer& answer, ColumnType type, int row, int column);

}  // namespace keel::query
