#include "query/postgres_session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace keel::query {
namespace {

std::string without_newlines(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

Fault unreachable(pg_conn* connection) {
  const char* host = PQhost(connection);
  const char* port = PQport(connection);
  const char* database = PQdb(connection);
  return Fault{Fault::Outcome::nothing_changed,
               std::string("the read store cannot be reached: database '") + (database ? database : "") + "' at " +
                   (host ? host : "") + ":" + (port ? port : "") + ": " + without_newlines(PQerrorMessage(connection)) +
                   "; see read.dsn",
               Fault::Cause::unreachable};
}

std::string settings_of(const SessionOptions& options) {
  return "SET statement_timeout = " + std::to_string(options.statement_timeout.count()) +
         "; SET idle_in_transaction_session_timeout = 30000; SET lock_timeout = 10000; SET jit = off"
         "; SET plan_cache_mode = force_generic_plan"
         // Every statement of the room is made for an index; a table that was empty when it was planned must not
         // change that.
         "; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
         "; SET synchronous_commit = " +
         std::string(options.asynchronous_commit ? "off" : "on");
}

}  // namespace

void Answer::clear(pg_result* result) { PQclear(result); }

bool Answer::ok() const {
  const auto status = PQresultStatus(result_.get());
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

bool Answer::copies_in() const { return PQresultStatus(result_.get()) == PGRES_COPY_IN; }

std::string_view Answer::sqlstate() const {
  const char* state = result_ ? PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE) : nullptr;
  return state == nullptr ? std::string_view() : std::string_view(state);
}

std::string Answer::what() const {
  const std::string said = result_ ? without_newlines(PQresultErrorMessage(result_.get())) : "";
  return said.empty() ? "the read store's connection is gone" : "the read store said: " + said;
}

std::string Answer::message() const {
  const char* said = result_ ? PQresultErrorField(result_.get(), PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  return said == nullptr ? what() : without_newlines(said);
}

Fault Answer::fault(Fault::Outcome outcome) const {
  const auto state = sqlstate();
  const bool denied = state == "42501" || state.starts_with("28");
  if (state.empty()) return {outcome, what(), Fault::Cause::unreachable};
  return {outcome, what(), denied ? Fault::Cause::denied : Fault::Cause::other};
}

int Answer::rows() const { return PQntuples(result_.get()); }

bool Answer::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }

std::string_view Answer::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

Result<std::unique_ptr<PostgresSession>> PostgresSession::open(const std::string& dsn, const SessionOptions& options) {
  const auto timeout = std::to_string((options.connect_timeout.count() + 999) / 1000);
  const std::array<const char*, 6> keys{"dbname",          "application_name", "connect_timeout",
                                        "client_encoding", "keepalives_idle",  nullptr};
  const std::array<const char*, 6> values{dsn.c_str(), options.name.c_str(), timeout.c_str(), "UTF8", "10", nullptr};
  std::unique_ptr<PostgresSession> session(new PostgresSession(PQconnectdbParams(keys.data(), values.data(), 1)));
  if (!session->usable()) return unreachable(session->connection_);
  PQsetNoticeProcessor(
      session->connection_, [](void*, const char*) {}, nullptr);
  if (const auto set = session->run_script(settings_of(options)); !set.ok()) {
    return set.fault(Fault::Outcome::nothing_changed);
  }
  return session;
}

PostgresSession::~PostgresSession() { PQfinish(connection_); }

bool PostgresSession::usable() const { return PQstatus(connection_) == CONNECTION_OK; }

Answer PostgresSession::run_script(const std::string& sql) { return Answer(PQexec(connection_, sql.c_str())); }

Answer PostgresSession::copy_in(const std::string& sql, std::string_view data) {
  constexpr std::size_t piece = 1 << 20;
  Answer begun(PQexec(connection_, sql.c_str()));
  if (begun.ok() || !begun.copies_in()) return begun;
  for (; !data.empty(); data.remove_prefix(std::min(piece, data.size()))) {
    if (PQputCopyData(connection_, data.data(), static_cast<int>(std::min(piece, data.size()))) != 1) break;
  }
  PQputCopyEnd(connection_, data.empty() ? nullptr : "the data could not be sent");
  Answer ended(PQgetResult(connection_));
  const Answer nothing_more(PQgetResult(connection_));
  return ended;
}

Answer PostgresSession::run(std::string_view sql, const Parameters& parameters) {
  const Statement one[] = {{sql, &parameters}};
  return std::move(run(one).front());
}

std::vector<Answer> PostgresSession::run(std::span<const Statement> statements) {
  std::vector<Answer> answers(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (auto prepared = prepare(statements[i].sql); !prepared.ok())
      return answers[i] = std::move(prepared), std::move(answers);
  }
  if (PQenterPipelineMode(connection_) != 1) return answers;
  for (const auto& statement : statements) send(statement);
  if (PQpipelineSync(connection_) == 1) {
    for (auto& answer : answers) {
      answer = Answer(PQgetResult(connection_));
      const Answer separator(PQgetResult(connection_));
    }
    const Answer sync(PQgetResult(connection_));
  }
  PQexitPipelineMode(connection_);
  if (PQtransactionStatus(connection_) == PQTRANS_INERROR) run_script("ROLLBACK");
  return answers;
}

Answer PostgresSession::prepare(std::string_view sql) {
  if (names_.contains(sql)) return Answer(PQmakeEmptyPGresult(connection_, PGRES_COMMAND_OK));
  const std::string name = "s" + std::to_string(names_.size());
  Answer answer(PQprepare(connection_, name.c_str(), std::string(sql).c_str(), 0, nullptr));
  if (answer.ok()) names_.emplace(sql, name);
  return answer;
}

void PostgresSession::send(const Statement& statement) {
  const auto count = statement.parameters->size();
  std::vector<const char*> values(count);
  std::vector<int> lengths(count);
  const std::vector<int> binary(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = statement.parameters->bytes(i);
    values[i] = statement.parameters->is_null(i) ? nullptr : bytes.data();
    lengths[i] = static_cast<int>(bytes.size());
  }
  PQsendQueryPrepared(connection_, names_.find(statement.sql)->second.c_str(), static_cast<int>(count), values.data(),
                      lengths.data(), binary.data(), 1);
}

std::vector<std::string> PostgresSession::notifications(std::chrono::milliseconds timeout, int wake_descriptor) {
  std::array<pollfd, 2> waiting{pollfd{PQsocket(connection_), POLLIN, 0}, pollfd{wake_descriptor, POLLIN, 0}};
  std::vector<std::string> channels = notified();
  if (!channels.empty()) return channels;
  poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count()));
  return notified();
}

std::vector<std::string> PostgresSession::notified() {
  std::vector<std::string> payloads;
  if (PQconsumeInput(connection_) != 1) return payloads;
  while (PGnotify* notify = PQnotifies(connection_)) {
    payloads.emplace_back(notify->extra);
    PQfreemem(notify);
  }
  return payloads;
}

}  // namespace keel::query
