#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/quantities.hpp"

namespace keel::query {

/// Raw bytes (`bytea`), apart from text.
struct Bytes {
  std::string value;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

/// One column of one row; the first alternative is NULL.
using Value = std::variant<std::monostate, bool, std::int64_t, std::string, Bytes, Timestamp>;

/// `boolean`, `bigint`, `text`, `bytea`, `timestamptz`.
enum class ColumnType { boolean, integer, text, bytes, timestamp };

struct Column {
  std::string_view name;
  ColumnType type;
};

/// The columns that name a row, in the order of the table's primary key.
using Key = std::vector<Value>;

/// One row of a projection's table. It belongs to exactly one lane.
struct Row {
  /// In the order of the table's columns; the key first.
  std::vector<Value> values;
  Lane lane;
  /// Position of the event that changed it last.
  Position position;
  friend bool operator==(const Row&, const Row&) = default;
};

inline const std::string& text_of(const Value& value) { return std::get<std::string>(value); }
inline std::int64_t integer_of(const Value& value) { return std::get<std::int64_t>(value); }
inline const std::string& bytes_of(const Value& value) { return std::get<Bytes>(value).value; }
inline Timestamp timestamp_of(const Value& value) { return std::get<Timestamp>(value); }

}  // namespace keel::query
