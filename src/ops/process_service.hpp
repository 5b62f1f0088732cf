#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ops/permissions.hpp"
#include "ops/process_identity.hpp"
#include "ops/status_server.hpp"

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

/// What a process hands to its `ProcessService`. The functions are called on gRPC's threads, by several at once, and
/// answer at once; what they use outlives the server.
struct ProcessParts {
  ProcessIdentity identity;
  Permissions permissions;
  std::function<std::vector<ShownSetting>()> configuration;
  /// Empty when it can do its work.
  std::function<std::vector<UnmetCondition>()> unmet_conditions;
  /// Aggregates in memory; empty when the role has none.
  std::function<std::int64_t()> live_aggregates;
  /// Begins an end in good order, and does not wait for it.
  std::function<void()> drain;
};

/// `keel.ops.v1.ProcessService`. Reads are answered to whoever reaches the port; what changes something as `may_act`
/// says. A level, reason or backlog that is none gets INVALID_ARGUMENT/FIELD_INVALID with the field. Every change is
/// logged (logger `ops`) with its reason.
///
/// Tails of the log end with UNAVAILABLE/STOPPING when the server shuts down.
std::unique_ptr<grpc::Service> process_service(ProcessParts parts);

}  // namespace keel::ops
