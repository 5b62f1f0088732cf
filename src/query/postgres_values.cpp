#include "query/postgres_values.hpp"

#include <stdexcept>

namespace keel::query {

using postgres::to_postgres;

std::uint32_t oid_of(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return postgres::oid::boolean;
    case ColumnType::integer:
      return postgres::oid::bigint;
    case ColumnType::text:
      return postgres::oid::text;
    case ColumnType::bytes:
      return postgres::oid::bytea;
    case ColumnType::timestamp:
      return postgres::oid::timestamptz;
  }
  throw std::logic_error("unknown column type");
}

void put_field(std::string& out, ColumnType type, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return postgres::put_null_field(out);
  switch (type) {
    case ColumnType::boolean:
      return postgres::put_field(out, static_cast<std::int8_t>(std::get<bool>(value)));
    case ColumnType::integer:
      return postgres::put_field(out, integer_of(value));
    case ColumnType::text:
      return postgres::put_field(out, text_of(value));
    case ColumnType::bytes:
      return postgres::put_field(out, bytes_of(value));
    case ColumnType::timestamp:
      return postgres::put_field(out, to_postgres(timestamp_of(value)));
  }
}

void put(postgres::Parameters& parameters, ColumnType type, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    parameters.null();
    return;
  }
  switch (type) {
    case ColumnType::boolean:
      parameters.boolean(std::get<bool>(value));
      break;
    case ColumnType::integer:
      parameters.bigint(integer_of(value));
      break;
    case ColumnType::text:
      parameters.text(text_of(value));
      break;
    case ColumnType::bytes:
      parameters.text(bytes_of(value));
      break;
    case ColumnType::timestamp:
      parameters.timestamp(timestamp_of(value));
      break;
  }
}

Value value_at(const postgres::Answer& answer, ColumnType type, int row, int column) {
  if (answer.null(row, column)) return {};
  switch (type) {
    case ColumnType::boolean:
      return answer.boolean(row, column);
    case ColumnType::integer:
      return answer.bigint(row, column);
    case ColumnType::text:
      return answer.text(row, column);
    case ColumnType::bytes:
      return Bytes{answer.text(row, column)};
    case ColumnType::timestamp:
      return answer.timestamp(row, column);
  }
  throw std::logic_error("unknown column type");
}

}  // namespace keel::query
