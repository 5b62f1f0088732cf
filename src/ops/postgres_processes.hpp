#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "ops/process_identity.hpp"
#include "ops/supervision.hpp"
#include "postgres/session.hpp"

namespace keel::ops {

/// How fresh a process's last beat is, by the database's clock.
enum class Presence {
  /// It beat less than 3 s ago.
  up,
  /// Less than 15 s ago: its database may be slow, or it is going.
  stale,
  /// Longer ago, without a farewell.
  dead,
  /// It said that it ends.
  stopped,
};
/// The words above.
std::string_view name_of(Presence presence);

/// A process that beats, or did within the retention.
struct KnownProcess {
  ProcessIdentity identity;
  Timestamp beat_at;
  std::optional<Timestamp> stopped_at;
  Presence presence = Presence::up;
};

/// A line of the stored history: of which process it is, and what its registry said. `sequence` grows by one within a
/// process; a larger step says that lines were lost while the database was away.
struct PastEvent {
  Uuid process;
  SupervisionEvent event;
};

/// Which lines of the stored history.
struct HistoryChoice {
  /// Nothing: of all processes.
  std::optional<Uuid> process{};
  /// This node and all below it; empty: every node.
  std::string path{};
  /// Later than this.
  std::optional<Timestamp> after{};
  /// Not later than this.
  std::optional<Timestamp> until{};
  /// At most so many, the newest; 1 to 10,000.
  std::size_t limit = 200;
};

/// From when to when there is history.
struct HistorySpan {
  Timestamp oldest_at;
  Timestamp latest_at;
};

/// A node as it was at a moment.
struct PastNode {
  /// As in the registry; unique within a process.
  NodeId id = 0;
  /// 0: a root.
  NodeId parent = 0;
  /// Last name of `path`.
  std::string name;
  std::string path;
  NodeKind kind = NodeKind::worker;
  NodeState state = NodeState::running;
  Timestamp since;
  /// As far as the history goes back.
  std::uint64_t restarts = 0;
  /// Why it last crashed, stopped or was put in quarantine, as far as the history goes back.
  std::string last_cause;
};

/// Reads which processes there are, and what became of their supervision trees, from one database (journal or read
/// store; tables `processes` and `supervision_history`).
///
/// Any thread; one call at a time, others wait. Blocks for at most connection and statement timeout. A session is
/// opened at the first call and again after it broke; nothing but SELECT is sent. Faults: `unreachable`, `denied` (the
/// login is no member of a role that may read), `other`, naming the database, never its password. When journal and read
/// store are one database, both readers find the same processes: tell them apart by their id.
class PostgresProcesses {
 public:
  struct Options {
    /// libpq's connection string or URI.
    std::string dsn;
    /// Shown in `pg_stat_activity`.
    std::string application_name = "keel processes";
    /// libpq waits at least 2 s.
    std::chrono::seconds connect_timeout{2};
    std::chrono::milliseconds statement_timeout{3'000};
  };

  explicit PostgresProcesses(Options options);
  PostgresProcesses(const PostgresProcesses&) = delete;
  PostgresProcesses& operator=(const PostgresProcesses&) = delete;

  /// Every process that is known, the latest started first.
  Result<std::vector<KnownProcess>> known_processes();

  /// Newest first.
  Result<std::vector<PastEvent>> history(const HistoryChoice& choice);

  /// Nothing when there is no history (of this process).
  Result<std::optional<HistorySpan>> span(const std::optional<Uuid>& process);

  /// The tree of a process as it was at `at`, parents before children: the last that happened to each path until then.
  /// Empty when there is no history so far back. A node that stopped is shown while its supervisor was there and had
  /// not stopped itself; the history does not say when a stopped node was forgotten, so it may be shown longer than the
  /// process showed it. `at` is compared with the process's own clock.
  Result<std::vector<PastNode>> tree_at(const Uuid& process, Timestamp at);

 private:
  /// Asks on the session that there is, or on a fresh one.
  Result<postgres::Answer> ask(std::string_view doing, std::string_view sql, const postgres::Parameters& parameters);
  Result<postgres::Answer> ask_once(std::string_view doing, std::string_view sql,
                                    const postgres::Parameters& parameters);

  const Options options_;
  std::mutex mutex_;
  std::unique_ptr<postgres::Session> session_;
};

}  // namespace keel::ops
