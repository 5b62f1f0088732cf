#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/uuid.hpp"
#include "dashboard/json.hpp"
#include "keel/ops/v1/supervision.pb.h"
#include "ops/postgres_processes.hpp"

namespace keel::dashboard {

/// A node of some process's supervision tree, as it is or as it was; or a process itself, above its roots.
struct Node {
  Uuid process;
  /// 0: the process.
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string name;
  /// Names from the root, with slashes.
  std::string path;
  std::string kind;
  std::string state;
  std::optional<Timestamp> since{};
  std::string strategy{};
  std::uint64_t restarts = 0;
  int restarts_in_window = 0;
  int max_restarts = 0;
  double window_seconds = 0;
  std::string last_cause{};
  std::int64_t children = 0;
  /// Of a group.
  std::int64_t aggregates = 0;
  std::int64_t commands = 0;
  std::int64_t troubled = 0;
  /// Nodes below it that are not well; nothing when that was not looked at.
  std::optional<int> unhealthy_below{};

  /// A person may want to look at it.
  bool unhealthy() const;
};

Node node_of(const Uuid& process, const ops::v1::SupervisionNode& node, const std::string& path);
Node node_of(const Uuid& process, const ops::PastNode& node);

Json document_of(const Node& node);
Json documents_of(const std::vector<Node>& nodes);

Json document_of(const Uuid& process, const ops::v1::SupervisionEvent& event);
Json document_of(const ops::PastEvent& past);

Timestamp timestamp_of(const google::protobuf::Timestamp& at);

}  // namespace keel::dashboard
