#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/clock.hpp"
#include "core/uuid.hpp"

namespace keel::postgres {

// Values as PostgreSQL sends and takes them in binary: numbers in network byte order; a field of an array or of a
// COPY's row is its length in four bytes (-1: NULL), then so many bytes. Source: the `*_send` and `*_recv` functions of
// PostgreSQL 15.

/// Of built-in types, as in pg_type.dat; they never change.
namespace oid {
inline constexpr std::uint32_t boolean = 16;
inline constexpr std::uint32_t bytea = 17;
inline constexpr std::uint32_t bigint = 20;
inline constexpr std::uint32_t integer = 23;
inline constexpr std::uint32_t text = 25;
inline constexpr std::uint32_t date = 1082;
inline constexpr std::uint32_t timestamptz = 1184;
inline constexpr std::uint32_t uuid = 2950;
}  // namespace oid

/// A moment as PostgreSQL counts it: microseconds since 2000-01-01 00:00 UTC.
inline constexpr Timestamp epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
constexpr std::int64_t to_postgres(Timestamp moment) { return (moment - epoch).count(); }
constexpr Timestamp from_postgres(std::int64_t microseconds) { return epoch + std::chrono::microseconds(microseconds); }

template <std::unsigned_integral Number>
constexpr Number in_network_order(Number number) {
  if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) return number;
  if constexpr (sizeof(Number) == 2) return __builtin_bswap16(number);
  if constexpr (sizeof(Number) == 4) return __builtin_bswap32(number);
  if constexpr (sizeof(Number) == 8) return __builtin_bswap64(number);
}

/// A number's bytes, one after the other from `to` on.
template <std::integral Number>
void store(char* to, Number number) {
  const auto bytes = in_network_order(static_cast<std::make_unsigned_t<Number>>(number));
  std::memcpy(to, &bytes, sizeof bytes);
}

/// Appends a number: four bytes of an `integer`, eight of a `bigint`.
template <std::integral Number>
void put(std::string& out, Number number) {
  std::array<char, sizeof(Number)> bytes;
  store(bytes.data(), number);
  out.append(bytes.data(), bytes.size());
}

/// Appends a field: its length, then the number.
template <std::integral Number>
void put_field(std::string& out, Number number) {
  std::array<char, 4 + sizeof(Number)> bytes;
  store(bytes.data(), static_cast<std::int32_t>(sizeof(Number)));
  store(bytes.data() + 4, number);
  out.append(bytes.data(), bytes.size());
}

/// A field of text, or of bytes.
inline void put_field(std::string& out, std::string_view bytes) {
  put(out, static_cast<std::int32_t>(bytes.size()));
  out.append(bytes);
}

inline void put_null_field(std::string& out) { put(out, std::int32_t{-1}); }

inline std::string_view bytes_of(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace keel::postgres
