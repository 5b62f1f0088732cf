#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "ops/process_identity.hpp"
#include "ops/supervision.hpp"

namespace keel::ops {

struct PresenceOptions {
  /// libpq's connection string or URI.
  std::string dsn;
  /// Shown in `pg_stat_activity`.
  std::string application_name = "keel presence";
  std::chrono::milliseconds beat_every{1'000};
  /// After a failure; twice as long after each that follows.
  std::chrono::milliseconds first_pause{250};
  std::chrono::milliseconds longest_pause{10'000};
  /// How long history is kept, and processes that have ended. The database keeps at least an hour.
  std::chrono::milliseconds retention = std::chrono::hours(7 * 24);
  /// How often one looks for what is older.
  std::chrono::milliseconds prune_every = std::chrono::minutes(10);
  /// Most lines of one statement.
  std::size_t batch = 500;
  /// How long `stop` waits for the farewell.
  std::chrono::milliseconds patience{800};
};

/// Makes a process known to others: a row in `processes` that beats once a second, and what its registry says copied
/// into `supervision_history`, by one thread with one session.
///
/// The database is never a reason to disturb the process: while it is away nothing waits for it, the thread tries again
/// with growing pauses, and what happened meanwhile is copied from the registry's ring afterwards (what the ring no
/// longer keeps is missing, which shows as a hole in the sequence). Trouble is logged once (logger `presence`), and its
/// end.
class PostgresPresence {
 public:
  /// Starts the thread. The registry outlives this.
  PostgresPresence(PresenceOptions options, ProcessIdentity identity, const SupervisionRegistry& registry);
  /// As `stop`.
  ~PostgresPresence();
  PostgresPresence(const PostgresPresence&) = delete;
  PostgresPresence& operator=(const PostgresPresence&) = delete;

  /// Copies what is left of the history and says that the process ends. Waits for at most `patience`; a session that
  /// hangs is then left to itself and touches nothing of the process any more. Again does nothing. One thread.
  void stop();

  /// Why the process is not known to others at this moment; nothing when it is. Any thread.
  std::optional<std::string> trouble() const;

 private:
  struct Shared;
  class Herald;
  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace keel::ops
