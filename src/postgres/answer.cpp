#include "postgres/answer.hpp"

#include <libpq-fe.h>

#include <cstring>

#include "postgres/binary.hpp"
#include "postgres/one_line.hpp"

namespace keel::postgres {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string field_of(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

Failure failure_of(const PGresult* result) {
  std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = PQresultErrorMessage(result);
  if (const auto detail = field_of(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) message += "; " + detail;
  return {field_of(result, PG_DIAG_SQLSTATE), on_one_line(std::move(message))};
}

/// Made with every answer: without memory of its own.
Failure no_answer() { return {"", "no answer"}; }

bool succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

}  // namespace

Fault::Cause cause_of(std::string_view state) {
  if (state.empty()) return Fault::Cause::unreachable;
  return state == "42501" || state.starts_with("28") ? Fault::Cause::denied : Fault::Cause::other;
}

Answer::Answer() : failure_(no_answer()) {}

Answer::Answer(pg_result* result) : result_(result) {
  if (result == nullptr) {
    failure_ = no_answer();
  } else if (!succeeded(result)) {
    failure_ = failure_of(result);
  }
}

void Answer::Clear::operator()(pg_result* result) const { PQclear(result); }

int Answer::size() const { return PQntuples(result_.get()); }

int Answer::columns() const { return PQnfields(result_.get()); }

bool Answer::null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }

std::string_view Answer::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Answer::bigint(int row, int column) const {
  return static_cast<std::int64_t>(big_endian(bytes(row, column)));
}

std::int32_t Answer::integer(int row, int column) const {
  return static_cast<std::int32_t>(big_endian(bytes(row, column)));
}

bool Answer::boolean(int row, int column) const { return big_endian(bytes(row, column)) != 0; }

Uuid Answer::uuid(int row, int column) const {
  Uuid id;
  std::memcpy(id.bytes.data(), bytes(row, column).data(), id.bytes.size());
  return id;
}

Timestamp Answer::timestamp(int row, int column) const { return from_postgres(bigint(row, column)); }

}  // namespace keel::postgres
