#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/binary.hpp"

namespace keel::postgres {

/// The parameters of one statement in binary: no quoting, no NUL trap, no text conversion. Kept by whoever sends often:
/// `clear` keeps the memory. Names are PostgreSQL's own: a `bigint` has eight bytes, an `integer` four.
///
/// Why does every placeholder of the SQL carry its cast (`$1::bigint[]`)? Because nothing else tells its type, unless
/// it is the argument of a function or goes into a column.
class Parameters {
 public:
  void clear();

  Parameters& null();
  /// `text`, and `bytea`.
  Parameters& text(std::string_view value);
  Parameters& bigint(std::int64_t value);
  Parameters& bigint(const std::optional<std::int64_t>& value) { return value ? bigint(*value) : null(); }
  Parameters& integer(std::int32_t value);
  Parameters& boolean(bool value);
  Parameters& uuid(const Uuid& value);
  Parameters& timestamp(Timestamp value);

  /// One array: `of(item)` gives the element of each item.
  template <class Items, class Of = std::identity>
  Parameters& texts(const Items& items, Of of = {}) {
    return array(oid::text, items, [&](auto& out, const auto& item) { put_field(out, std::string_view(of(item))); });
  }
  template <class Items, class Of = std::identity>
  Parameters& byteas(const Items& items, Of of = {}) {
    return array(oid::bytea, items, [&](auto& out, const auto& item) { put_field(out, std::string_view(of(item))); });
  }
  template <class Items, class Of = std::identity>
  Parameters& bigints(const Items& items, Of of = {}) {
    return array(oid::bigint, items, [&](auto& out, const auto& item) { put_field(out, std::int64_t{of(item)}); });
  }
  template <class Items, class Of = std::identity>
  Parameters& integers(const Items& items, Of of = {}) {
    return array(oid::integer, items, [&](auto& out, const auto& item) { put_field(out, std::int32_t{of(item)}); });
  }
  template <class Items, class Of = std::identity>
  Parameters& uuids(const Items& items, Of of = {}) {
    return array(oid::uuid, items, [&](auto& out, const auto& item) { put_field(out, bytes_of(of(item))); });
  }
  template <class Items, class Of = std::identity>
  Parameters& timestamps(const Items& items, Of of = {}) {
    return array(oid::timestamptz, items, [&](auto& out, const auto& item) { put_field(out, to_postgres(of(item))); });
  }
  /// Days since 1970-01-01.
  template <class Items, class Of = std::identity>
  Parameters& dates(const Items& items, Of of = {}) {
    return array(oid::date, items,
                 [&](auto& out, const auto& item) { put_field(out, std::int32_t{of(item)} - 10'957); });
  }
  /// Of any element: `put_item(out, item)` appends the field of each, and may append a NULL.
  template <class Items, class PutItem>
  Parameters& array(std::uint32_t element, const Items& items, PutItem put_item) {
    begin();
    put_array_head(element, std::size(items));
    for (const auto& item : items) put_item(buffer_, item);
    return end();
  }

  int count() const { return static_cast<int>(begins_.size()); }
  const std::vector<int>& lengths() const { return lengths_; }
  /// Replaces what is there by pointers into this object (NULL: null), valid until the next call that adds or clears.
  void point_from(std::vector<const char*>& pointers) const;

 private:
  void begin() { begins_.push_back(buffer_.size()); }
  Parameters& end();
  void put_array_head(std::uint32_t element, std::size_t count);

  std::string buffer_;
  std::vector<std::size_t> begins_;
  /// -1: NULL.
  std::vector<int> lengths_;
};

}  // namespace keel::postgres
