#include "postgres/session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "postgres/one_line.hpp"

namespace keel::postgres {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int binary = 1;

PGconn* connect(const ConnectOptions& options) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  const auto add = [&](const char* name, const std::string& value) {
    names.push_back(name);
    values.push_back(value.c_str());
  };
  for (const auto& [name, value] : options.defaults) add(name, value);
  add("dbname", options.dsn);
  for (const auto& [name, value] : options.fixed) add(name, value);
  names.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(names.data(), values.data(), 1);
}

}  // namespace

std::string whole_seconds(milliseconds duration) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

void Session::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Session::Session(const ConnectOptions& options, Connection connection)
    : give_up_after_(options.give_up_after), in_doubt_(options.in_doubt), connection_(std::move(connection)) {
  PQsetnonblocking(connection_.get(), gives_up() ? 1 : 0);
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);  // or libpq prints them
}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const ConnectOptions& options) {
  std::unique_ptr<Session> session(new Session(options, Connection(connect(options))));
  if (session->usable()) return session;
  return Fault{Fault::Outcome::nothing_changed, session->place() + " cannot be reached: " + session->connection_error(),
               Fault::Cause::unreachable};
}

bool Session::usable() const { return usable_ && PQstatus(connection_.get()) == CONNECTION_OK; }

std::string Session::place() const {
  const auto or_unknown = [](const char* text) { return std::string(text == nullptr || *text == '\0' ? "?" : text); };
  return "PostgreSQL at " + or_unknown(PQhost(connection_.get())) + ":" + or_unknown(PQport(connection_.get())) +
         ", database " + or_unknown(PQdb(connection_.get()));
}

int Session::backend_pid() const { return PQbackendPID(connection_.get()); }

std::string Session::connection_error() const { return on_one_line(PQerrorMessage(connection_.get())); }

Answer Session::lost(std::string message) {
  usable_ = false;
  if (message.empty()) message = "the connection is gone";
  return Failure{"", std::move(message)};
}

Answer Session::judged(Answer answer) {
  if (!answer.ok() && in_doubt_ != nullptr && in_doubt_(answer.failure().state)) usable_ = false;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) usable_ = false;
  return answer;
}

Answer Session::script(const std::string& sql) {
  if (!usable()) return lost("the session is lost");
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost(connection_error());
  return await({});
}

Answer Session::prepare(std::string_view sql) {
  const std::string name = "s" + std::to_string(names_.size());
  if (PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr) == 0) {
    return lost(connection_error());
  }
  Answer answer = await({});
  if (answer.ok()) names_.emplace(sql, name);
  return answer;
}

Answer Session::run(std::string_view sql, const Parameters& parameters, const Stall& stall) {
  if (!usable()) return lost("the session is lost");
  const auto known = names_.find(sql);
  if (known == names_.end()) {
    Answer prepared = prepare(sql);
    return prepared.ok() ? run(sql, parameters, stall) : std::move(prepared);
  }
  if (!send(known->second, parameters)) return lost(connection_error());
  Answer answer = await(stall);
  leave_failed_transaction();
  return answer;
}

bool Session::send(const std::string& name, const Parameters& parameters) {
  const int count = parameters.count();
  parameters.point_from(values_);
  formats_.resize(std::max(formats_.size(), values_.size()), binary);
  return PQsendQueryPrepared(connection_.get(), name.c_str(), count, values_.data(), parameters.lengths().data(),
                             formats_.data(), binary) == 1;
}

Answer Session::await(const Stall& stall) {
  const auto give_up_at = SteadyClock::now() + give_up_after_;
  while (PQisBusy(connection_.get()) == 1 || PQflush(connection_.get()) == 1) {
    const bool moved = flush_and_wait(stall.patience);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost(connection_error());
    if (gives_up() && SteadyClock::now() > give_up_at) return lost("the server is silent");
    if (!moved && stall.then) stall.then();
  }
  return judged(collect());
}

bool Session::flush_and_wait(milliseconds limit) {
  const bool pending = PQflush(connection_.get()) == 1;
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(pending ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&socket, 1, static_cast<int>(limit.count()));
  if (ready < 0) return errno == EINTR;
  if ((socket.revents & ~POLLOUT) != 0) PQconsumeInput(connection_.get());
  return ready > 0;
}

/// The first failure, else what the last statement answered.
Answer Session::collect() {
  Answer answer;
  bool failed = false;
  while (PGresult* result = PQgetResult(connection_.get())) {
    Answer next(result);
    if (failed) continue;
    failed = !next.ok();
    answer = std::move(next);
  }
  return answer;
}

void Session::leave_failed_transaction() {
  if (usable() && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR) script("ROLLBACK");
}

std::vector<Answer> Session::run(std::span<const Statement> statements) {
  std::vector<Answer> answers(statements.size());
  if (!usable() || statements.empty()) return answers;
  for (const auto& statement : statements) {
    if (names_.contains(statement.sql)) continue;
    const Answer prepared = prepare(statement.sql);
    if (prepared.ok()) continue;
    for (auto& answer : answers) answer = prepared.failure();
    return answers;
  }
  answers = run_in_pipeline(statements);
  leave_failed_transaction();
  return answers;
}

std::vector<Answer> Session::run_in_pipeline(std::span<const Statement> statements) {
  std::vector<Answer> answers(statements.size());
  if (PQenterPipelineMode(connection_.get()) != 1) return answers;
  for (const auto& statement : statements) send(names_.find(statement.sql)->second, statement.parameters);
  if (PQpipelineSync(connection_.get()) == 1) {
    for (auto& answer : answers) {
      answer = judged(Answer(PQgetResult(connection_.get())));
      PQclear(PQgetResult(connection_.get()));  // what separates the answers
    }
    PQclear(PQgetResult(connection_.get()));  // the end of the pipeline
  }
  PQexitPipelineMode(connection_.get());
  return answers;
}

Answer Session::copy_in(const std::string& sql, std::string_view data) {
  if (!usable()) return lost("the session is lost");
  PQsetnonblocking(connection_.get(), 0);  // or all of it would wait in libpq's buffer
  Answer answer = judged(copy(sql, data));
  PQsetnonblocking(connection_.get(), gives_up() ? 1 : 0);
  return answer;
}

Answer Session::copy(const std::string& sql, std::string_view data) {
  constexpr std::size_t piece = 1 << 20;
  PGresult* begun = PQexec(connection_.get(), sql.c_str());
  if (PQresultStatus(begun) != PGRES_COPY_IN) return Answer(begun);
  PQclear(begun);
  for (; !data.empty(); data.remove_prefix(std::min(piece, data.size()))) {
    if (PQputCopyData(connection_.get(), data.data(), static_cast<int>(std::min(piece, data.size()))) != 1) break;
  }
  PQputCopyEnd(connection_.get(), data.empty() ? nullptr : "the data could not be sent");
  Answer ended(PQgetResult(connection_.get()));
  PQclear(PQgetResult(connection_.get()));
  return ended;
}

std::vector<std::string> Session::notifications(milliseconds timeout, int wake_descriptor) {
  std::array<pollfd, 2> waiting{pollfd{PQsocket(connection_.get()), POLLIN, 0}, pollfd{wake_descriptor, POLLIN, 0}};
  std::vector<std::string> payloads = notified();
  if (!payloads.empty()) return payloads;
  ::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count()));
  return notified();
}

std::vector<std::string> Session::notified() {
  std::vector<std::string> payloads;
  if (PQconsumeInput(connection_.get()) != 1) return payloads;
  while (PGnotify* notify = PQnotifies(connection_.get())) {
    payloads.emplace_back(notify->extra);
    PQfreemem(notify);
  }
  return payloads;
}

}  // namespace keel::postgres
