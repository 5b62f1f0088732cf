#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dashboard/directory.hpp"
#include "dashboard/metric_text.hpp"
#include "dashboard/tree_walk.hpp"

namespace keel::dashboard {

/// A process as it was seen a moment ago.
struct ProcessSample {
  SeenProcess seen;
  /// What it tells of itself; nothing when it does not answer.
  std::optional<ops::v1::Process> told{};
  /// Of one processor, since the sample before.
  std::optional<double> cpu_percent{};
  /// Its tree, walked anew when something happened; null when it could not be asked.
  std::shared_ptr<const WalkedTree> tree{};
  /// What happened since the sample before, oldest first.
  std::vector<Json> news{};
  /// Of a command process.
  std::optional<CommandTotals> commands{};
  /// Why it did not answer.
  std::string trouble{};

  const Uuid& id() const { return seen.known.identity.id; }
};

/// Whether it belongs to a picture of now: it did not end in good order, and has not been dead for more than an hour.
bool of_interest(const ProcessSample& process, Timestamp now);

Json document_of(const ProcessSample& process);
/// The process as a node above its roots.
Node node_of(const ProcessSample& process);

/// Samples processes, each on a thread of its own for as long as that takes, and remembers what is needed for rates and
/// for what is new. One thread at a time.
class ProcessWatch {
 public:
  /// The text of `/metrics` at an address; nothing when it does not answer.
  using FetchMetrics = std::function<std::optional<std::string>(const std::string& status_address)>;

  ProcessWatch(ProcessClients& clients, FetchMetrics fetch_metrics)
      : clients_(clients), fetch_metrics_(std::move(fetch_metrics)) {}

  std::vector<ProcessSample> sample(const std::vector<SeenProcess>& processes);

 private:
  struct Memory {
    std::optional<double> cpu_seconds;
    std::chrono::steady_clock::time_point at;
    std::optional<std::uint64_t> last_sequence;
    std::shared_ptr<const WalkedTree> tree;
    std::chrono::steady_clock::time_point walked_at;
  };

  ProcessSample sample(const SeenProcess& process, Memory& memory) const;
  static void note_cpu(ProcessSample& sample, Memory& memory);
  static bool hear(const ProcessClient& client, ProcessSample& sample, Memory& memory);

  ProcessClients& clients_;
  const FetchMetrics fetch_metrics_;
  std::map<Uuid, Memory> memory_;
};

}  // namespace keel::dashboard
