#include "journal/postgres_session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace keel::journal {
namespace {

using std::chrono::milliseconds;

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string seconds_of(milliseconds duration) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

PostgresFailure failure_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
  PostgresFailure failure;
  failure.state = state == nullptr ? "" : state;
  failure.message = message == nullptr ? without_line_end(PQresultErrorMessage(result)) : message;
  if (detail != nullptr) failure.message += "; " + std::string(detail);
  return failure;
}

bool succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

std::string settings_script(const PostgresOptions& options) {
  const auto timeout = [](const char* name, milliseconds value) {
    return "SET " + std::string(name) + " = " + std::to_string(value.count()) + ";";
  };
  return "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on;"
         "SET plan_cache_mode = force_generic_plan; SET jit = off; SET client_min_messages = warning;"
         "SET timezone = 'UTC';" +
         timeout("statement_timeout", options.statement_timeout) + timeout("lock_timeout", options.lock_timeout) +
         timeout("idle_in_transaction_session_timeout", options.idle_in_transaction_timeout) +
         "SELECT string_agg(name, ' and ' ORDER BY name) FROM pg_settings"
         " WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
}

/// Host, port and database, without user and password.
std::string place_of(const PGconn* connection) {
  const auto or_unknown = [](const char* text) { return std::string(text == nullptr || *text == '\0' ? "?" : text); };
  return "PostgreSQL at " + or_unknown(PQhost(connection)) + ":" + or_unknown(PQport(connection)) + ", database " +
         or_unknown(PQdb(connection));
}

constexpr const char* terminate_root_blockers = R"sql(
  WITH RECURSIVE chain(pid) AS (
    SELECT unnest(pg_blocking_pids($1::integer))
    UNION
    SELECT unnest(pg_blocking_pids(chain.pid)) FROM chain)
  SELECT pg_terminate_backend(pid) FROM chain WHERE pid > 0 AND cardinality(pg_blocking_pids(pid)) = 0)sql";

}  // namespace

void PostgresSession::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresSession::PostgresSession(PostgresOptions options, Connection connection)
    : options_(std::move(options)), connection_(std::move(connection)) {}

PostgresSession::~PostgresSession() = default;

Result<std::unique_ptr<PostgresSession>> PostgresSession::open(const PostgresOptions& options) {
  const std::string connect_timeout = seconds_of(options.connect_timeout);
  const std::string peer_timeout = std::to_string(options.peer_timeout.count());
  const std::string idle = seconds_of(options.peer_timeout / 2);
  const std::string interval = seconds_of(options.peer_timeout / 6);
  const std::array<const char*, 10> names = {"connect_timeout",  "keepalives",
                                             "keepalives_idle",  "keepalives_interval",
                                             "keepalives_count", "tcp_user_timeout",
                                             "client_encoding",  "application_name",
                                             "dbname",           nullptr};
  const std::array<const char*, 10> values = {connect_timeout.c_str(),
                                              "1",
                                              idle.c_str(),
                                              interval.c_str(),
                                              "3",
                                              peer_timeout.c_str(),
                                              "UTF8",
                                              options.application_name.c_str(),
                                              options.dsn.c_str(),
                                              nullptr};
  Connection connection(PQconnectdbParams(names.data(), values.data(), 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return Fault{Fault::Outcome::nothing_changed,
                 place_of(connection.get()) +
                     " cannot be reached: " + without_line_end(PQerrorMessage(connection.get())) +
                     ". Is the server up, and is the connection string right?",
                 Fault::Cause::unreachable};
  }
  PQsetnonblocking(connection.get(), 1);
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);  // or libpq prints them
  std::unique_ptr<PostgresSession> session(new PostgresSession(options, std::move(connection)));
  const Answer settings = session->script(settings_script(options));
  if (const auto* failure = std::get_if<PostgresFailure>(&settings))
    return fault_of(*failure, "settings of the session");
  const Rows& rows = std::get<Rows>(settings);
  if (!rows.null(0, 0) && !options.allow_fsync_off) {
    return Fault{Fault::Outcome::nothing_changed,
                 place_of(session->connection_.get()) + " runs with " + rows.text(0, 0) +
                     " off: it can lose what was acknowledged. Turn it on; journal.allow_fsync_off is for tests"};
  }
  return session;
}

std::string PostgresSession::connection_error() const { return without_line_end(PQerrorMessage(connection_.get())); }

PostgresFailure PostgresSession::lost(std::string message) {
  usable_ = false;
  return {"", std::move(message)};
}

PostgresSession::Answer PostgresSession::run(const Statement& statement, const Parameters& parameters) {
  return send(statement, parameters, false);
}

PostgresSession::Answer PostgresSession::run_terminating_blockers(const Statement& statement,
                                                                  const Parameters& parameters) {
  return send(statement, parameters, true);
}

PostgresSession::Answer PostgresSession::script(const std::string& sql) {
  if (!usable_) return lost("the session is lost");
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost(connection_error());
  return await(false);
}

std::optional<PostgresFailure> PostgresSession::prepare(const Statement& statement) {
  if (prepared_.contains(statement.name)) return {};
  if (PQsendPrepare(connection_.get(), statement.name, statement.sql, 0, nullptr) == 0) return lost(connection_error());
  Answer answer = await(false);
  if (auto* failure = std::get_if<PostgresFailure>(&answer)) return std::move(*failure);
  prepared_.insert(statement.name);
  return {};
}

PostgresSession::Answer PostgresSession::send(const Statement& statement, const Parameters& parameters,
                                              bool terminate_blockers) {
  if (!usable_) return lost("the session is lost");
  if (auto failure = prepare(statement)) return std::move(*failure);
  const std::vector<int> formats(static_cast<std::size_t>(parameters.count()), 1);
  const std::vector<const char*> values = parameters.values();
  const int sent = PQsendQueryPrepared(connection_.get(), statement.name, parameters.count(), values.data(),
                                       parameters.lengths().data(), formats.data(), 1);
  if (sent == 0) return lost(connection_error());
  return await(terminate_blockers);
}

PostgresSession::Answer PostgresSession::await(bool terminating) {
  using SteadyClock = std::chrono::steady_clock;
  const auto grace = std::chrono::seconds(5);
  const auto give_up_at = SteadyClock::now() + options_.statement_timeout + grace;
  const bool endless = options_.statement_timeout.count() == 0;
  std::string trouble;
  while (PQisBusy(connection_.get()) == 1 || PQflush(connection_.get()) == 1) {
    const bool moved = flush_and_wait(terminating ? options_.block_patience : milliseconds(1000));
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost(connection_error());
    if (!endless && SteadyClock::now() > give_up_at) return lost("the server is silent");
    if (moved || !terminating) continue;
    if (std::string why = terminate_blockers(); !why.empty()) trouble = std::move(why);
  }
  Answer answer = collect();
  auto* failure = std::get_if<PostgresFailure>(&answer);
  if (failure != nullptr && !trouble.empty())
    failure->message += "; whoever blocked it could not be terminated: " + trouble;
  return answer;
}

bool PostgresSession::flush_and_wait(milliseconds limit) {
  const bool pending = PQflush(connection_.get()) == 1;
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(pending ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&socket, 1, static_cast<int>(limit.count()));
  if (ready < 0) return errno == EINTR;
  if ((socket.revents & ~POLLOUT) != 0) PQconsumeInput(connection_.get());
  return ready > 0;
}

PostgresSession::Answer PostgresSession::collect() {
  Answer answer;
  bool failed = false;
  while (PGresult* result = PQgetResult(connection_.get())) {
    Rows rows(result);
    if (failed) continue;
    failed = !succeeded(result);
    if (failed) {
      answer = failure_of(result);
    } else {
      answer = std::move(rows);
    }
  }
  if (const auto* failure = std::get_if<PostgresFailure>(&answer)) {
    if (outcome_of(failure->state) == AppendOutcome::unknown) usable_ = false;
  }
  if (PQstatus(connection_.get()) == CONNECTION_BAD) usable_ = false;
  return answer;
}

std::string PostgresSession::terminate_blockers() const {
  PostgresOptions apart = options_;
  apart.application_name += " (unblocking)";
  const auto session = open(apart);
  if (!session) return session.fault().what;
  static constexpr Statement statement{"terminate_root_blockers", terminate_root_blockers};
  const auto answer = (*session)->run(statement, Parameters().integer(PQbackendPID(connection_.get())));
  const auto* failure = std::get_if<PostgresFailure>(&answer);
  return failure == nullptr ? "" : failure->message;
}

}  // namespace keel::journal
