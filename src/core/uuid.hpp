#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel {

/// A universally unique id (RFC 9562), 16 bytes in network order.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// 4, 5, 7, … as its bits say.
  int version() const { return bytes[6] >> 4; }
  /// When a version 7 id was made, to the millisecond; meaningless for other versions.
  Timestamp made_at() const;
  /// Lower-case, 36 characters.
  std::string text() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// Reads the 36-character form, either case. Nothing else is an id: no braces, no URN, no missing dashes.
std::optional<Uuid> parse_uuid(std::string_view text);

/// A fresh version 7 id: `now` to the millisecond, then 74 random bits. Any thread; never blocks.
Uuid make_uuid_v7(Timestamp now);

/// Marks 16 digest bytes as a version 5 id (RFC 9562 5.5: variant and version bits replaced).
Uuid uuid_v5_from_digest(const std::array<std::uint8_t, 16>& digest);

}  // namespace keel

template <>
struct std::hash<keel::Uuid> {
  std::size_t operator()(const keel::Uuid& id) const {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    return high * 0x9E3779B97F4A7C15ULL ^ low;
  }
};
