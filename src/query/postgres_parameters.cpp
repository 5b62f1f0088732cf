#include <bit>
#include <cstring>
#include <stdexcept>

#include "query/postgres_encoding.hpp"
#include "query/postgres_session.hpp"

namespace keel::query {
namespace {

// Built-in type ids, as in PostgreSQL's pg_type.dat; they never change.
constexpr std::uint32_t bool_oid = 16;
constexpr std::uint32_t bytea_oid = 17;
constexpr std::uint32_t int8_oid = 20;
constexpr std::uint32_t text_oid = 25;
constexpr std::uint32_t timestamptz_oid = 1184;

std::uint32_t oid_of(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return bool_oid;
    case ColumnType::integer:
      return int8_oid;
    case ColumnType::text:
      return text_oid;
    case ColumnType::bytes:
      return bytea_oid;
    case ColumnType::timestamp:
      return timestamptz_oid;
  }
  throw std::logic_error("unknown column type");
}

template <class Unsigned>
Unsigned take(const char* bytes) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return value;
}

}  // namespace

void encode_value(std::string& out, ColumnType type, const Value& value) {
  switch (type) {
    case ColumnType::boolean:
      out.push_back(std::get<bool>(value) ? 1 : 0);
      break;
    case ColumnType::integer:
      encode(out, static_cast<std::uint64_t>(integer_of(value)));
      break;
    case ColumnType::text:
      out += text_of(value);
      break;
    case ColumnType::bytes:
      out += bytes_of(value);
      break;
    case ColumnType::timestamp:
      encode(out, static_cast<std::uint64_t>((timestamp_of(value) - postgres_epoch).count()));
      break;
  }
}

void encode_field(std::string& out, ColumnType type, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return encode(out, ~std::uint32_t{0});
  const auto length_at = out.size();
  out.append(4, '\0');
  encode_value(out, type, value);
  std::string length;
  encode(length, static_cast<std::uint32_t>(out.size() - length_at - 4));
  out.replace(length_at, 4, length);
}

void Parameters::begin(bool null) {
  begins_.push_back(buffer_.size());
  ends_.push_back(buffer_.size());
  nulls_.push_back(null);
}

std::string_view Parameters::bytes(std::size_t index) const {
  return std::string_view(buffer_).substr(begins_[index], ends_[index] - begins_[index]);
}

void Parameters::raw(ColumnType type, const Value& value) {
  encode_value(buffer_, type, value);
  ends_.back() = buffer_.size();
}

Parameters& Parameters::text(std::string_view text) {
  begin();
  buffer_ += text;
  ends_.back() = buffer_.size();
  return *this;
}

Parameters& Parameters::integer(std::int64_t number) {
  begin();
  encode(buffer_, static_cast<std::uint64_t>(number));
  ends_.back() = buffer_.size();
  return *this;
}

Parameters& Parameters::small(std::int32_t number) {
  begin();
  encode(buffer_, static_cast<std::uint32_t>(number));
  ends_.back() = buffer_.size();
  return *this;
}

Parameters& Parameters::uuid(const Uuid& id) {
  begin();
  buffer_.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  ends_.back() = buffer_.size();
  return *this;
}

Parameters& Parameters::texts(std::span<const std::string> values) {
  return array(ColumnType::text, values.size(), [&](std::size_t i) -> Value { return values[i]; });
}

Parameters& Parameters::integers(std::span<const std::int64_t> values) {
  return array(ColumnType::integer, values.size(), [&](std::size_t i) -> Value { return values[i]; });
}

Parameters& Parameters::value(ColumnType type, const Value& value) {
  const bool null = std::holds_alternative<std::monostate>(value);
  begin(null);
  if (!null) raw(type, value);
  return *this;
}

void Parameters::begin_array(ColumnType type, std::size_t count) {
  begin();
  encode(buffer_, std::uint32_t{count == 0 ? 0U : 1U});  // dimensions
  encode(buffer_, std::uint32_t{1});                     // may hold nulls
  encode(buffer_, oid_of(type));
  if (count > 0) {
    encode(buffer_, static_cast<std::uint32_t>(count));
    encode(buffer_, std::uint32_t{1});  // lower bound
  }
  ends_.back() = buffer_.size();
}

void Parameters::element(ColumnType type, const Value& value) {
  encode_field(buffer_, type, value);
  ends_.back() = buffer_.size();
}

std::int64_t Answer::integer(int row, int column) const {
  return static_cast<std::int64_t>(take<std::uint64_t>(text(row, column).data()));
}

std::int32_t Answer::small(int row, int column) const {
  return static_cast<std::int32_t>(take<std::uint32_t>(text(row, column).data()));
}

bool Answer::boolean(int row, int column) const { return text(row, column)[0] != 0; }

Uuid Answer::uuid(int row, int column) const {
  Uuid id;
  std::memcpy(id.bytes.data(), text(row, column).data(), id.bytes.size());
  return id;
}

Value Answer::value(ColumnType type, int row, int column) const {
  if (is_null(row, column)) return {};
  switch (type) {
    case ColumnType::boolean:
      return boolean(row, column);
    case ColumnType::integer:
      return integer(row, column);
    case ColumnType::text:
      return std::string(text(row, column));
    case ColumnType::bytes:
      return Bytes{std::string(text(row, column))};
    case ColumnType::timestamp:
      return postgres_epoch + std::chrono::microseconds(integer(row, column));
  }
  throw std::logic_error("unknown column type");
}

}  // namespace keel::query
