#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>

#include "core/result.hpp"
#include "journal/postgres_binary.hpp"
#include "journal/postgres_failure.hpp"

struct pg_conn;

namespace keel::journal {

/// How to reach the journal's database, and how patient to be with it.
struct PostgresOptions {
  /// libpq's connection string or URI. What it says of keepalives and timeouts wins over the defaults here.
  std::string dsn;
  /// Shown in `pg_stat_activity`.
  std::string application_name = "keel";
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds statement_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds idle_in_transaction_timeout = std::chrono::seconds(10);
  /// How long a silent peer is believed in (TCP only).
  std::chrono::milliseconds peer_timeout = std::chrono::seconds(10);
  /// How long a lane's row may be blocked before whoever blocks it is terminated.
  std::chrono::milliseconds block_patience = std::chrono::seconds(1);
  /// Opens a journal whose server may lose what it acknowledged. For tests only.
  bool allow_fsync_off = false;
};

/// One SQL statement with the name under which a session prepares it, at its first use.
struct Statement {
  const char* name;
  const char* sql;
};

/// One connection to PostgreSQL with the settings of docs/protocol.md 1.1. Blocks; one thread at a time. It never
/// reconnects: after a lost connection or an outcome in doubt it is unusable for good.
class PostgresSession {
 public:
  /// The fault says which server, where, and what to do.
  static Result<std::unique_ptr<PostgresSession>> open(const PostgresOptions& options);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  using Answer = std::variant<Rows, PostgresFailure>;

  /// Runs a prepared statement in a transaction of its own.
  Answer run(const Statement& statement, const Parameters& parameters);
  /// The same; whoever blocks it for longer than `block_patience` is terminated, again and again.
  Answer run_terminating_blockers(const Statement& statement, const Parameters& parameters);
  /// Runs any number of statements, text in, text out; answers the last one's rows.
  Answer script(const std::string& sql);

  bool usable() const { return usable_; }
  const PostgresOptions& options() const { return options_; }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  using Connection = std::unique_ptr<pg_conn, Close>;

  PostgresSession(PostgresOptions options, Connection connection);

  std::optional<PostgresFailure> prepare(const Statement& statement);
  Answer send(const Statement& statement, const Parameters& parameters, bool terminate_blockers);
  /// Waits for the end of what was sent; gives up long after the server should have.
  Answer await(bool terminate_blockers);
  Answer collect();
  bool flush_and_wait(std::chrono::milliseconds limit);
  /// Why it could not; empty when it could.
  std::string terminate_blockers() const;
  PostgresFailure lost(std::string message);
  std::string connection_error() const;

  PostgresOptions options_;
  Connection connection_;
  std::unordered_set<std::string_view> prepared_;
  bool usable_ = true;
};

}  // namespace keel::journal
