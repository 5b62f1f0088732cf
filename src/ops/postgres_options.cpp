#include "ops/postgres_options.hpp"

namespace keel::ops {
namespace {

/// Its few statements are planned for their values each time: what they ask for differs by orders of magnitude.
std::string settings_of(const ConnectionOptions& options) {
  const std::string timeout = std::to_string(options.statement_timeout.count());
  return "SET statement_timeout = " + timeout + "; SET lock_timeout = " + timeout +
         "; SET synchronous_commit = off; SET jit = off; SET plan_cache_mode = force_custom_plan" +
         "; SET default_transaction_read_only = " + (options.read_only ? "on" : "off");
}

Fault fault_of(const postgres::Failure& failure, std::string_view doing) {
  const auto outcome = failure.state.empty() ? Fault::Outcome::unknown : Fault::Outcome::nothing_changed;
  return {outcome, "cannot " + std::string(doing) + ": " + failure.message, postgres::cause_of(failure.state)};
}

}  // namespace

Result<std::unique_ptr<postgres::Session>> open_session(const ConnectionOptions& options) {
  postgres::ConnectOptions connect{.dsn = options.dsn};
  connect.defaults = {{"keepalives_idle", "5"},
                      {"keepalives_interval", "2"},
                      {"keepalives_count", "3"},
                      {"tcp_user_timeout", std::to_string(options.statement_timeout.count())}};
  connect.fixed = {{"application_name", options.application_name},
                   {"client_encoding", "UTF8"},
                   {"connect_timeout", postgres::whole_seconds(options.connect_timeout)}};
  auto opened = postgres::Session::open(connect);
  if (!opened) return opened;
  if (const auto set = (*opened)->script(settings_of(options)); !set.ok()) {
    return fault_of(set.failure(), "prepare a session");
  }
  return opened;
}

Result<postgres::Answer> ask(postgres::Session& session, std::string_view sql, const postgres::Parameters& parameters,
                             std::string_view doing) {
  auto answer = session.run(sql, parameters);
  if (!answer.ok()) return fault_of(answer.failure(), doing);
  return answer;
}

}  // namespace keel::ops
