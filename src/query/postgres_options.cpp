#include "query/postgres_options.hpp"

namespace keel::query {
namespace {

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

Result<std::unique_ptr<postgres::Session>> open_session(const std::string& dsn, const SessionOptions& options) {
  postgres::ConnectOptions connect{.dsn = dsn};
  connect.fixed = {{"application_name", options.name},
                   {"connect_timeout", postgres::whole_seconds(options.connect_timeout)},
                   {"client_encoding", "UTF8"},
                   {"keepalives_idle", "10"}};
  auto opened = postgres::Session::open(connect);
  if (!opened) {
    Fault fault = opened.fault();
    fault.what = "the read store: " + fault.what + "; see read.dsn";
    return fault;
  }
  if (const auto set = (*opened)->script(settings_of(options)); !set.ok()) return fault_of(set);
  return opened;
}

std::string what_of(const postgres::Answer& answer) {
  const auto& [state, message] = answer.failure();
  return (state.empty() ? "the read store is lost: " : "the read store said: ") + message;
}

Fault fault_of(const postgres::Answer& answer, Fault::Outcome outcome) {
  return {outcome, what_of(answer), postgres::cause_of(answer.failure().state)};
}

}  // namespace keel::query
