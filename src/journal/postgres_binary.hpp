#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/uuid.hpp"

struct pg_result;

namespace keel::journal {

/// A moment as PostgreSQL sends it: microseconds since 2000-01-01 00:00 UTC.
std::int64_t to_postgres(Timestamp moment);
Timestamp from_postgres(std::int64_t microseconds);

/// The parameters of one statement in PostgreSQL's binary format: no quoting, no NUL trap, no text conversion.
/// Kept by whoever sends often: `clear` keeps the memory.
///
/// Source: the `*_recv` functions of PostgreSQL 15; arrays as in `array_recv`: dimensions, has-null flag, element type,
/// then length and lower bound of the one dimension, then length and bytes of every element.
class Parameters {
 public:
  void clear();

  Parameters& null();
  Parameters& text(std::string_view value);
  Parameters& bigint(std::int64_t value);
  Parameters& integer(std::int32_t value);
  Parameters& boolean(bool value);
  Parameters& uuid(const Uuid& value);
  Parameters& timestamp(Timestamp value);

  /// One array: `of(item)` gives the element of each item.
  template <class Items, class Of>
  Parameters& texts(const Items& items, Of of) {
    return array(text_oid, items, [&](const auto& item) { put_element(std::string_view(of(item))); });
  }
  template <class Items, class Of>
  Parameters& byteas(const Items& items, Of of) {
    return array(bytea_oid, items, [&](const auto& item) { put_element(std::string_view(of(item))); });
  }
  template <class Items, class Of>
  Parameters& bigints(const Items& items, Of of) {
    return array(bigint_oid, items, [&](const auto& item) { put_element(std::int64_t{of(item)}); });
  }
  template <class Items, class Of>
  Parameters& integers(const Items& items, Of of) {
    return array(integer_oid, items, [&](const auto& item) { put_element(std::int32_t{of(item)}); });
  }
  template <class Items, class Of>
  Parameters& uuids(const Items& items, Of of) {
    return array(uuid_oid, items, [&](const auto& item) { put_element(bytes_of(of(item))); });
  }
  template <class Items, class Of>
  Parameters& timestamps(const Items& items, Of of) {
    return array(timestamptz_oid, items, [&](const auto& item) { put_element(to_postgres(of(item))); });
  }
  /// Days since 1970-01-01.
  template <class Items, class Of>
  Parameters& dates(const Items& items, Of of) {
    return array(date_oid, items, [&](const auto& item) { put_element(std::int32_t{of(item)} - postgres_epoch_day); });
  }

  int count() const { return static_cast<int>(begins_.size()); }
  /// Pointers into this object, valid until the next call that adds or clears.
  std::vector<const char*> values() const;
  const std::vector<int>& lengths() const { return lengths_; }

 private:
  static constexpr std::int32_t postgres_epoch_day = 10957;
  static constexpr std::uint32_t bytea_oid = 17;
  static constexpr std::uint32_t bigint_oid = 20;
  static constexpr std::uint32_t integer_oid = 23;
  static constexpr std::uint32_t text_oid = 25;
  static constexpr std::uint32_t date_oid = 1082;
  static constexpr std::uint32_t timestamptz_oid = 1184;
  static constexpr std::uint32_t uuid_oid = 2950;

  static std::string_view bytes_of(const Uuid& value) {
    return {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()};
  }

  template <class Items, class Write>
  Parameters& array(std::uint32_t element, const Items& items, Write write) {
    begin();
    put_array_head(element, std::size(items));
    for (const auto& item : items) write(item);
    return end();
  }

  void begin();
  Parameters& end();
  void put_array_head(std::uint32_t element, std::size_t count);
  void put_element(std::string_view bytes);
  void put_element(std::int64_t value);
  void put_element(std::int32_t value);
  void put(std::uint64_t value, int bytes);

  std::string buffer_;
  std::vector<std::size_t> begins_;
  std::vector<int> lengths_;
  std::vector<bool> nulls_;
};

/// The rows that a statement answered, in binary format. Columns by number, as the statement lists them.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);

  int size() const;
  int columns() const;
  bool null(int row, int column) const;
  std::string_view bytes(int row, int column) const;
  std::string text(int row, int column) const { return std::string(bytes(row, column)); }
  std::int64_t bigint(int row, int column) const;
  std::int32_t integer(int row, int column) const;
  bool boolean(int row, int column) const;
  Uuid uuid(int row, int column) const;
  Timestamp timestamp(int row, int column) const { return from_postgres(bigint(row, column)); }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace keel::journal
