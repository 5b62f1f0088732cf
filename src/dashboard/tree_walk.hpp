#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "dashboard/nodes.hpp"
#include "dashboard/process_client.hpp"

namespace keel::dashboard {

/// A process's tree, parents before children.
struct WalkedTree {
  std::vector<Node> nodes;
  /// There is more than was looked at.
  bool truncated = false;
  /// Why nothing more could be asked; empty when all was well.
  std::string trouble;
};

struct WalkLimits {
  std::size_t max_nodes = 5'000;
  std::chrono::milliseconds patience{500};
};

/// Walks the tree of a process level by level, and counts on every node what is not well below it. Aggregates are
/// counted by their groups, so the walk is as long as the system has lanes, whatever lives in them.
WalkedTree walk_tree(const ProcessClient& client, const Uuid& process, const WalkLimits& limits);

/// Counts what is not well below each. Parents come before children.
void count_unhealthy_below(std::vector<Node>& nodes);

/// Those that fit, with all that is above them, in the same order.
std::vector<Node> with_ancestors(const std::vector<Node>& nodes, const std::function<bool(const Node&)>& fits);

}  // namespace keel::dashboard
