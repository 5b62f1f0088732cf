#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "postgres/session.hpp"

namespace keel::query {

struct SessionOptions {
  /// Shown in pg_stat_activity.
  std::string name = "keel";
  std::chrono::milliseconds connect_timeout{5'000};
  /// 0: as long as it takes.
  std::chrono::milliseconds statement_timeout{30'000};
  /// Commits do not wait for the disk. Safe for the read store: the journal is the truth, rows and checkpoint are lost
  /// together, and the projector folds them again.
  bool asynchronous_commit = false;
};

/// A session with the read store, with the settings that the room's statements are made for. The fault says which
/// server, and what to look at; never the password.
Result<std::unique_ptr<postgres::Session>> open_session(const std::string& dsn, const SessionOptions& options);

/// Of an answer that is not ok, for operators.
std::string what_of(const postgres::Answer& answer);
Fault fault_of(const postgres::Answer& answer, Fault::Outcome outcome = Fault::Outcome::nothing_changed);

}  // namespace keel::query
