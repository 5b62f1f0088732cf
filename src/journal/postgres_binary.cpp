#include "journal/postgres_binary.hpp"

#include <libpq-fe.h>

#include <cstring>

namespace keel::journal {
namespace {

constexpr std::int64_t postgres_epoch = 946'684'800'000'000;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

std::int64_t to_postgres(Timestamp moment) { return moment.time_since_epoch().count() - postgres_epoch; }
Timestamp from_postgres(std::int64_t microseconds) {
  return Timestamp(std::chrono::microseconds(microseconds + postgres_epoch));
}

void Parameters::clear() {
  buffer_.clear();
  begins_.clear();
  lengths_.clear();
  nulls_.clear();
}

void Parameters::begin() {
  begins_.push_back(buffer_.size());
  nulls_.push_back(false);
}

Parameters& Parameters::end() {
  lengths_.push_back(static_cast<int>(buffer_.size() - begins_.back()));
  return *this;
}

void Parameters::put(std::uint64_t value, int bytes) {
  char big[8];
  for (int i = bytes - 1; i >= 0; --i, value >>= 8) big[i] = static_cast<char>(value);
  buffer_.append(big, static_cast<std::size_t>(bytes));
}

void Parameters::put_array_head(std::uint32_t element, std::size_t count) {
  put(count == 0 ? 0 : 1, 4);  // dimensions
  put(0, 4);                   // no nulls
  put(element, 4);
  if (count == 0) return;
  put(count, 4);
  put(1, 4);  // lower bound
}

void Parameters::put_element(std::string_view bytes) {
  put(bytes.size(), 4);
  buffer_.append(bytes);
}

void Parameters::put_element(std::int64_t value) {
  put(8, 4);
  put(static_cast<std::uint64_t>(value), 8);
}

void Parameters::put_element(std::int32_t value) {
  put(4, 4);
  put(static_cast<std::uint32_t>(value), 4);
}

Parameters& Parameters::null() {
  begin();
  nulls_.back() = true;
  return end();
}

Parameters& Parameters::text(std::string_view value) {
  begin();
  buffer_.append(value);
  return end();
}

Parameters& Parameters::bigint(std::int64_t value) {
  begin();
  put(static_cast<std::uint64_t>(value), 8);
  return end();
}

Parameters& Parameters::integer(std::int32_t value) {
  begin();
  put(static_cast<std::uint32_t>(value), 4);
  return end();
}

Parameters& Parameters::boolean(bool value) {
  begin();
  put(value ? 1 : 0, 1);
  return end();
}

Parameters& Parameters::uuid(const Uuid& value) { return text(bytes_of(value)); }

Parameters& Parameters::timestamp(Timestamp value) { return bigint(to_postgres(value)); }

std::vector<const char*> Parameters::values() const {
  std::vector<const char*> values;
  values.reserve(begins_.size());
  for (std::size_t i = 0; i < begins_.size(); ++i) values.push_back(nulls_[i] ? nullptr : buffer_.data() + begins_[i]);
  return values;
}

Rows::Rows(pg_result* result) : result_(result) {}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

int Rows::size() const { return result_ == nullptr ? 0 : PQntuples(result_.get()); }

int Rows::columns() const { return result_ == nullptr ? 0 : PQnfields(result_.get()); }

bool Rows::null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }

std::string_view Rows::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Rows::bigint(int row, int column) const {
  return static_cast<std::int64_t>(big_endian(bytes(row, column)));
}

std::int32_t Rows::integer(int row, int column) const {
  return static_cast<std::int32_t>(big_endian(bytes(row, column)));
}

bool Rows::boolean(int row, int column) const { return big_endian(bytes(row, column)) != 0; }

Uuid Rows::uuid(int row, int column) const {
  Uuid id;
  std::memcpy(id.bytes.data(), bytes(row, column).data(), id.bytes.size());
  return id;
}

}  // namespace keel::journal
