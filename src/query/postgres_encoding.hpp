#pragma once

#include <cstdint>
#include <string>

#include "query/value.hpp"

namespace keel::query {

/// Appends a number in network byte order.
template <class Unsigned>
void encode(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

/// Appends a value as PostgreSQL sends it in binary: its length (four bytes, -1 for NULL), then its bytes.
void encode_field(std::string& out, ColumnType type, const Value& value);
/// Without the length. Not for NULL.
void encode_value(std::string& out, ColumnType type, const Value& value);

/// PostgreSQL counts microseconds from 2000-01-01.
inline constexpr Timestamp postgres_epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};

}  // namespace keel::query
