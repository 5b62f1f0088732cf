#include "journal/postgres_options.hpp"

#include <utility>

#include "journal/postgres_failure.hpp"

namespace keel::journal {
namespace {

using postgres::Answer;
using postgres::Parameters;
using postgres::Session;
using postgres::whole_seconds;
using std::chrono::milliseconds;

bool in_doubt(std::string_view state) { return outcome_of(state) == AppendOutcome::unknown; }

/// Long after the server should have given up.
milliseconds give_up_after(const PostgresOptions& options) {
  return options.statement_timeout.count() == 0 ? milliseconds(0) : options.statement_timeout + std::chrono::seconds(5);
}

postgres::ConnectOptions connect_options(const PostgresOptions& options) {
  return {options.dsn,
          {{"connect_timeout", whole_seconds(options.connect_timeout)},
           {"keepalives", "1"},
           {"keepalives_idle", whole_seconds(options.peer_timeout / 2)},
           {"keepalives_interval", whole_seconds(options.peer_timeout / 6)},
           {"keepalives_count", "3"},
           {"tcp_user_timeout", std::to_string(options.peer_timeout.count())},
           {"client_encoding", "UTF8"},
           {"application_name", options.application_name}},
          {},
          give_up_after(options),
          &in_doubt};
}

/// Answers what the server has turned off of what makes it durable; NULL: nothing.
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

/// $1 who is blocked.
constexpr std::string_view terminate_root_blockers = R"sql(
  WITH RECURSIVE chain(pid) AS (
    SELECT unnest(pg_blocking_pids($1::integer))
    UNION
    SELECT unnest(pg_blocking_pids(chain.pid)) FROM chain)
  SELECT pg_terminate_backend(pid) FROM chain WHERE pid > 0 AND cardinality(pg_blocking_pids(pid)) = 0)sql";

/// Why it could not; empty when it could.
std::string terminate_blockers_of(const Session& session, PostgresOptions options) {
  options.application_name += " (unblocking)";
  const auto apart = open_session(options);
  if (!apart) return apart.fault().what;
  const Answer answer = (*apart)->run(terminate_root_blockers, Parameters().integer(session.backend_pid()));
  return answer.ok() ? "" : answer.failure().message;
}

Result<Answer> told(Answer answer, std::string_view doing) {
  if (!answer.ok()) return fault_of(answer.failure(), doing);
  return answer;
}

}  // namespace

Result<std::unique_ptr<Session>> open_session(const PostgresOptions& options) {
  auto opened = Session::open(connect_options(options));
  if (!opened) {
    Fault fault = opened.fault();
    fault.what += ". Is the server up, and is the connection string right?";
    return fault;
  }
  const Answer set = (*opened)->script(settings_script(options));
  if (!set.ok()) return fault_of(set.failure(), "settings of the session");
  if (!set.null(0, 0) && !options.allow_fsync_off) {
    return Fault{Fault::Outcome::nothing_changed,
                 (*opened)->place() + " runs with " + set.text(0, 0) +
                     " off: it can lose what was acknowledged. Turn it on; journal.allow_fsync_off is for tests"};
  }
  return opened;
}

Result<Answer> ask(Session& session, std::string_view sql, const Parameters& parameters, std::string_view doing) {
  return told(session.run(sql, parameters), doing);
}

Result<Answer> ask_terminating_blockers(Session& session, const PostgresOptions& options, std::string_view sql,
                                        const Parameters& parameters, std::string_view doing) {
  std::string trouble;
  const postgres::Stall stall{options.block_patience, [&] {
                                if (auto why = terminate_blockers_of(session, options); !why.empty()) trouble = why;
                              }};
  auto answer = told(session.run(sql, parameters, stall), doing);
  if (answer || trouble.empty()) return answer;
  Fault fault = answer.fault();
  fault.what += "; whoever blocked it could not be terminated: " + trouble;
  return fault;
}

}  // namespace keel::journal
