#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ops/supervision.hpp"

namespace keel::ops {

/// A node with what only the registry needs to know.
struct SupervisedNode {
  NodeId id = 0;
  NodeSpec spec;
  NodeState state = NodeState::running;
  Timestamp since;
  std::uint64_t restarts = 0;
  std::deque<Timestamp> recent_restarts;
  std::string last_cause;
  std::set<NodeId> children;
  // Of a group:
  std::shared_ptr<AggregateGroup> group;
  /// Aggregates shown one by one.
  std::map<std::string, NodeId, std::less<>> troubled;
  /// Those beyond `max_troubled`, only counted.
  std::int64_t hidden = 0;
};

/// One counter for each kind of node.
class KindCounters {
 public:
  KindCounters(Metrics& metrics, std::string_view name, std::string_view help);
  void add(NodeKind kind) const { series_[static_cast<std::size_t>(kind)].add(); }

 private:
  std::array<Counter, 4> series_;
};

/// The registry's memory: nodes, history, counters. Every call under `mutex`.
struct SupervisionRegistry::Tree {
  using Node = SupervisedNode;

  Tree(Options chosen, Metrics& metrics);

  const Options options;
  const KindCounters failures;
  const KindCounters restarts;
  const Counter escalations;
  const Gauge supervisors;
  const Gauge workers;
  const Gauge aggregates;
  const Gauge quarantined;

  mutable std::mutex mutex;
  std::map<NodeId, Node> nodes;
  std::set<NodeId> roots;
  NodeId last_id = 0;
  std::deque<SupervisionEvent> ring;
  std::uint64_t last_sequence = 0;
  /// Replaced, never changed, so that they can be told without the mutex. Null = nobody ever listened.
  std::shared_ptr<const std::vector<std::weak_ptr<HistoryListener>>> listeners;

  /// Null when it was removed.
  Node* find(NodeId id);
  const Node* find(NodeId id) const;
  /// Null when the aggregate is not shown.
  Node* find_troubled(const Node& group, std::string_view aggregate);

  Node& add(NodeSpec spec);
  Node& show(Node& group, std::string_view aggregate);
  void enter(Node& node, NodeState state);
  void fail(Node& node, NodeState state, std::string_view cause);
  void back_off(Node& node, std::chrono::milliseconds delay);
  void restart(Node& node);
  /// With all below it.
  void stop(Node& node, std::string_view cause);
  void erase(NodeId id);

  SupervisionEvent record(const Node& node, Happening happening, std::string_view cause = {},
                          std::chrono::milliseconds delay = {});
  SupervisionEvent record_hidden(const Node& group, std::string_view aggregate, Happening happening,
                                 std::string_view cause = {}, std::chrono::milliseconds delay = {});

  NodeView view(const Node& node) const;
  NodeDetail detail(const Node& node, std::size_t limit) const;
  NodeDetail detail_of_hidden(const Node& group, std::string_view aggregate, std::size_t limit) const;

 private:
  std::string path_of(const Node& node) const;
  std::vector<SupervisionEvent> history_of(std::string_view path, std::size_t limit) const;
  void count_alive(const Node& node, double change) const;
  SupervisionEvent remember(SupervisionEvent event);
  std::string kept(std::string_view cause) const;
};

}  // namespace keel::ops
