#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/permissions.hpp"
#include "ops/process_identity.hpp"

namespace grpc {
class Service;
}  // namespace grpc

namespace keel::ops {

/// A setting as people may see it.
struct ShownSetting {
  std::string key;
  /// `******` for a secret that is set.
  std::string value;
  /// `default`, `file`, `environment`, `flag`.
  std::string source;
  std::string description;
};

/// What a process hands to its `ProcessService`. The functions are called on gRPC's threads, outlive the service, and
/// answer at once.
struct ProcessParts {
  ProcessIdentity identity;
  ActionRules rules;
  std::function<std::vector<ShownSetting>()> configuration;
  /// Nothing when it can do its work.
  std::function<std::optional<std::string>()> why_not_ready;
  /// Aggregates in memory; empty when the role has none.
  std::function<std::int64_t()> live_aggregates;
  /// Begins an end in good order, and does not wait for it.
  std::function<void()> drain;
};

/// `keel.ops.v1.ProcessService`. Reads are answered to whoever reaches the port; what changes something as `may_act`
/// says. A bad level, reason or backlog gets INVALID_ARGUMENT/FIELD_INVALID with the field. Every change is logged
/// (logger `ops`) with its reason.
///
/// `TailLogs` ends when the client goes, and with OK when `close_tails` was called: before the server shuts down, or
/// open tails use up its grace.
class ProcessService {
 public:
  virtual ~ProcessService() = default;
  virtual grpc::Service* service() = 0;
  /// Ends open tails, and refuses new ones with UNAVAILABLE. Any thread; again does nothing.
  virtual void close_tails() = 0;
};

std::unique_ptr<ProcessService> process_service(ProcessParts parts);

}  // namespace keel::ops
