#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "postgres/session.hpp"

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

/// A session with the settings of docs/protocol.md 1.1, unusable for good after an outcome in doubt. The fault says
/// which server, where, and what to do.
Result<std::unique_ptr<postgres::Session>> open_session(const PostgresOptions& options);

/// Runs a statement; a fault's words begin with what was being done.
Result<postgres::Answer> ask(postgres::Session& session, std::string_view sql, const postgres::Parameters& parameters,
                             std::string_view doing);

/// The same; whoever blocks it for longer than `block_patience` is terminated, again and again.
Result<postgres::Answer> ask_terminating_blockers(postgres::Session& session, const PostgresOptions& options,
                                                  std::string_view sql, const postgres::Parameters& parameters,
                                                  std::string_view doing);

}  // namespace keel::journal
