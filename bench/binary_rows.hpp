#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace keel::bench {

/// Rows in the binary format of PostgreSQL's COPY (its manual, "COPY", Binary Format): a head, then of each row the
/// number of its fields and of each field its length and its bytes, in network byte order; then a trailer.
class BinaryRows {
 public:
  BinaryRows() { begin(); }

  void row(int fields) { put(static_cast<std::uint16_t>(fields)); }
  void text(std::string_view bytes) {
    put(static_cast<std::uint32_t>(bytes.size()));
    bytes_ += bytes;
  }
  void bigint(std::int64_t number) {
    put(std::uint32_t{8});
    put(static_cast<std::uint64_t>(number));
  }
  void integer(std::int32_t number) {
    put(std::uint32_t{4});
    put(static_cast<std::uint32_t>(number));
  }
  void moment(Timestamp at) {
    constexpr Timestamp postgres_epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
    bigint((at - postgres_epoch).count());
  }

  std::size_t size() const { return bytes_.size(); }
  /// All of it with its trailer; valid until the next row.
  std::string_view finish() {
    put(std::uint16_t{0xFFFF});
    return bytes_;
  }
  /// Forgets its rows and keeps the room.
  void begin() {
    using std::string_view_literals::operator""sv;
    bytes_ = "PGCOPY\n\xFF\r\n\0"sv;
    put(std::uint32_t{0});
    put(std::uint32_t{0});
  }

 private:
  template <class Unsigned>
  void put(Unsigned value) {
    for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>(value >> shift & 0xFF));
    }
  }

  std::string bytes_;
};

}  // namespace keel::bench
