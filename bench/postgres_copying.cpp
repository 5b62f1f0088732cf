#include "bench/postgres_copying.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace keel::bench {
namespace {

/// Less than libpq takes in one call (INT_MAX).
constexpr std::size_t most_at_once = 64U << 20U;

using Answered = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

void PostgresCopying::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresCopying::PostgresCopying(const std::string& dsn) : connection_(PQconnectdb(dsn.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);  // or libpq prints them
}

void PostgresCopying::fail() const {
  throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
}

void PostgresCopying::run(const std::string& sql) {
  const Answered answered(PQexec(connection_.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(answered.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
}

void PostgresCopying::copy_in(const std::string& sql, std::string_view bytes) {
  const Answered begun(PQexec(connection_.get(), sql.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) fail();
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, most_at_once);
    if (PQputCopyData(connection_.get(), part.data(), static_cast<int>(part.size())) != 1) fail();
    bytes.remove_prefix(part.size());
  }
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail();
  finish();
}

std::string PostgresCopying::copy_out(const std::string& sql) {
  const Answered begun(PQexec(connection_.get(), sql.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) fail();
  std::string bytes;
  char* row = nullptr;
  int length = 0;
  while ((length = PQgetCopyData(connection_.get(), &row, 0)) > 0) {
    bytes.append(row, static_cast<std::size_t>(length));
    PQfreemem(row);
  }
  if (length == -2) fail();
  finish();
  return bytes;
}

void PostgresCopying::finish() {
  while (PGresult* result = PQgetResult(connection_.get())) {
    const Answered answered(result, &PQclear);
    if (PQresultStatus(answered.get()) != PGRES_COMMAND_OK) fail();
  }
}

}  // namespace keel::bench
