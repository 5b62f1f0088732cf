#include "bench/postgres_reading.hpp"

#include <libpq-fe.h>

#include <future>
#include <stdexcept>
#include <utility>

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

using Answered = std::unique_ptr<PGresult, decltype(&PQclear)>;

Answered checked(PGresult* result, PGconn* connection) {
  Answered answered(result, &PQclear);
  const auto status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return answered;
  throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection));
}

Outcome select_until(PostgresReading& session, const std::vector<std::string>& parameters, std::size_t first,
                     std::chrono::milliseconds measured) {
  Outcome outcome;
  const auto start = steady_clock::now();
  auto now = start;
  for (std::size_t at = first; now - start < measured; ++at) {
    if (session.select(parameters[at % parameters.size()]) == 0) throw std::runtime_error("a raw read found nothing");
    const auto before = std::exchange(now, steady_clock::now());
    outcome.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(now - before).count());
    ++outcome.answered;
  }
  outcome.seconds = std::chrono::duration<double>(now - start).count();
  return outcome;
}

}  // namespace

void PostgresReading::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresReading::PostgresReading(const std::string& dsn) : connection_(PQconnectdb(dsn.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
  }
}

std::vector<std::vector<std::string>> PostgresReading::rows(const std::string& sql) {
  const auto answered = checked(PQexec(connection_.get(), sql.c_str()), connection_.get());
  std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(answered.get())));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < PQnfields(answered.get()); ++column) {
      rows[row].emplace_back(PQgetvalue(answered.get(), static_cast<int>(row), column));
    }
  }
  return rows;
}

double PostgresReading::number(const std::string& sql) {
  const auto answer = rows(sql);
  return answer.empty() || answer.front().front().empty() ? 0 : std::stod(answer.front().front());
}

void PostgresReading::prepare(const std::string& sql) {
  checked(PQprepare(connection_.get(), "bench", sql.c_str(), 0, nullptr), connection_.get());
}

int PostgresReading::select(const std::string& parameter) {
  const char* values[] = {parameter.c_str()};
  return PQntuples(
      checked(PQexecPrepared(connection_.get(), "bench", 1, values, nullptr, nullptr, 1), connection_.get()).get());
}

Outcome raw_select(const std::string& dsn, const std::string& sql, const std::vector<std::string>& parameters,
                   int sessions, std::chrono::milliseconds measured, const Processes& processes) {
  std::vector<std::unique_ptr<PostgresReading>> open;
  for (int i = 0; i < sessions; ++i) {
    open.push_back(std::make_unique<PostgresReading>(dsn));
    open.back()->prepare(sql);
  }
  CpuWatch cpu(processes);
  std::vector<std::future<Outcome>> parts;
  for (std::size_t i = 0; i < open.size(); ++i) {
    const std::size_t first = i * parameters.size() / open.size();
    parts.push_back(
        std::async(std::launch::async, [&, i, first] { return select_until(*open[i], parameters, first, measured); }));
  }
  Outcome whole;
  for (auto& part : parts) whole.merge(part.get());
  whole.cpu_seconds = cpu.used();
  return whole;
}

}  // namespace keel::bench
