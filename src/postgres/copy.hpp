#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "postgres/binary.hpp"

namespace keel::postgres {

/// Rows for `COPY … FROM STDIN (FORMAT binary)`. Source: PostgreSQL 15, "COPY", file formats.
class CopiedRows {
 public:
  CopiedRows() { clear(); }

  /// Begins a row of so many columns. Its fields are put into `out`, in their order (`put_field`, `put_null_field`).
  std::string& row(std::size_t columns) {
    put(bytes_, static_cast<std::int16_t>(columns));
    return bytes_;
  }
  std::size_t size() const { return bytes_.size(); }
  /// All of it with its end, for `Session::copy_in`. Once, then `clear`.
  std::string_view finished() {
    put(bytes_, std::int16_t{-1});
    return bytes_;
  }
  /// Begins anew, in the same memory.
  void clear() {
    bytes_.assign("PGCOPY\n\xFF\r\n\0", 11);
    put(bytes_, std::int32_t{0});  // flags
    put(bytes_, std::int32_t{0});  // length of the header's extension
  }

 private:
  std::string bytes_;
};

}  // namespace keel::postgres
