#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/json.hpp"
#include "dashboard/process_client.hpp"
#include "dashboard/refusal.hpp"
#include "ops/postgres_processes.hpp"

namespace keel::dashboard {

/// What could not be asked, beside what could.
struct Missing {
  std::string source;
  std::string why;
};
/// `[{"source":…,"why":…}]`.
Json document_of(const std::vector<Missing>& missing);

/// A process that is known, from wherever.
struct SeenProcess {
  ops::KnownProcess known;
  /// Whose tables hold its history; null for one that has no database.
  ops::PostgresProcesses* history = nullptr;

  bool may_answer() const { return known.presence == ops::Presence::up || known.presence == ops::Presence::stale; }
};

struct SeenProcesses {
  /// Latest started first.
  std::vector<SeenProcess> processes;
  std::vector<Missing> missing;
};

/// Which processes there are: from the tables of journal and read store, and from the addresses that are configured for
/// those that have no database. Any thread.
class Directory {
 public:
  struct Options {
    std::string journal_dsn;
    std::string read_dsn;
    /// gRPC's, `host:port`.
    std::vector<std::string> addresses;
  };

  Directory(Options options, ProcessClients& clients);

  /// Asks both databases and all addresses, side by side. Blocks until the slowest has answered or timed out.
  SeenProcesses look();

  /// Newest first, of both databases.
  struct Past {
    std::vector<ops::PastEvent> events;
    std::vector<Missing> missing;
  };
  Past history(const ops::HistoryChoice& choice);
  /// From the oldest of both to the latest.
  std::optional<ops::HistorySpan> span(const std::optional<Uuid>& process);
  /// The tree of a process at a moment, wherever it is kept. Empty when there is none.
  Outcome<std::vector<ops::PastNode>> tree_at(const Uuid& process, Timestamp at);

 private:
  void look_at(const std::string& address, SeenProcesses& seen);

  const Options options_;
  ProcessClients& clients_;
  ops::PostgresProcesses journal_;
  ops::PostgresProcesses read_;
};

}  // namespace keel::dashboard
