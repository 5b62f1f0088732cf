#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "ops/metrics.hpp"

namespace keel::ops {

/// Names a node for as long as the process runs; never used again. 0 is "no node".
using NodeId = std::uint64_t;

enum class NodeKind {
  supervisor,
  worker,
  /// All aggregates of one lane, counted, because nobody wants a list of a hundred thousand.
  aggregate_group,
  /// One aggregate that is in trouble: shown until it is well again.
  aggregate,
};

enum class NodeState { running, backing_off, stopped, crashed, quarantined };

/// How a supervisor treats its children.
enum class Strategy { none, one_for_one, one_for_all, rest_for_one };

enum class Happening { started, crashed, backing_off, restarted, stopped, quarantined, escalated, recovered };

std::string_view name_of(NodeKind kind);
std::string_view name_of(NodeState state);
std::string_view name_of(Strategy strategy);
std::string_view name_of(Happening happening);

/// What a supervisor says about a child when it makes it.
struct NodeSpec {
  /// 0 for the root.
  NodeId parent = 0;
  /// Unlike its siblings, in a few words: `cart`, `lane 3`, `writer`.
  std::string name;
  NodeKind kind = NodeKind::worker;
  Strategy strategy = Strategy::none;
  /// More than `max_restarts` within `window`: the supervisor gives up and escalates. 0 = no such limit.
  int max_restarts = 0;
  std::chrono::milliseconds window{0};
};

/// A node as it is now.
struct NodeView {
  NodeId id = 0;
  NodeSpec spec;
  NodeState state = NodeState::running;
  Timestamp since;
  std::uint64_t restarts = 0;
  int restarts_in_window = 0;
  /// Why it last crashed, stopped or was put in quarantine; empty when it never did.
  std::string last_cause;
  std::size_t children = 0;
  /// Of a group: aggregates in memory now, and in trouble (also those beyond the ones shown as nodes).
  std::int64_t aggregates = 0;
  std::int64_t troubled = 0;
  /// Of a group: commands that came to its lane since the group began.
  std::int64_t commands = 0;
};

/// One line of the history.
struct SupervisionEvent {
  /// 1, 2, 3 … without hole.
  std::uint64_t sequence = 0;
  Timestamp at;
  NodeId node = 0;
  NodeKind kind = NodeKind::worker;
  /// Names from the root, e.g. `command/cart/lane 3/aggregates/Cart c-17`.
  std::string path;
  Happening happening = Happening::started;
  std::string cause;
  /// Of `backing_off`: how long.
  std::chrono::milliseconds delay{0};
  /// Who supervises it; 0 for a root.
  NodeId parent = 0;
};

/// A node with all that is known of it.
struct NodeDetail {
  /// Of an aggregate that is not shown in the tree the id is 0.
  NodeView node;
  /// Names from the root.
  std::string path;
  /// Its own lines of the history, the latest, oldest first.
  std::vector<SupervisionEvent> history;
};

/// Hears that the history has grown, and reads it on from where it stands: so nothing is queued for anybody.
class HistoryListener {
 public:
  virtual ~HistoryListener() = default;
  /// On the thread of whoever told the registry, while its mutex is free; calls may overlap. Must not block.
  virtual void history_grew() noexcept = 0;
};

/// Counts a lane's aggregates without a lock: held by the lane, one relaxed addition a call. Any thread.
class AggregateGroup {
 public:
  AggregateGroup(NodeId node, Gauge total) : node_(node), total_(total) {}
  /// Those that are left count as gone.
  ~AggregateGroup() { total_.add(-static_cast<double>(alive())); }
  AggregateGroup(const AggregateGroup&) = delete;
  AggregateGroup& operator=(const AggregateGroup&) = delete;
  NodeId node() const { return node_; }
  void activated() {
    alive_.fetch_add(1, std::memory_order_relaxed);
    total_.add(1);
  }
  void passivated() {
    alive_.fetch_sub(1, std::memory_order_relaxed);
    total_.add(-1);
  }
  std::int64_t alive() const { return alive_.load(std::memory_order_relaxed); }
  /// A command came to the lane.
  void came() { commands_.fetch_add(1, std::memory_order_relaxed); }
  std::int64_t commands() const { return commands_.load(std::memory_order_relaxed); }

 private:
  const NodeId node_;
  const Gauge total_;
  std::atomic<std::int64_t> alive_{0};
  std::atomic<std::int64_t> commands_{0};
};

/// Remembers who supervises whom and what became of them: each start, crash, restart, backoff, stop and quarantine,
/// with cause and time. CAF has no tree to ask, so supervisors tell it here; the dashboard reads here and nowhere else.
///
/// Any thread; never blocks longer than a few map operations under one mutex (aggregates that live and pass away in
/// peace never take it). Memory is bounded: the history is a ring, and at most `max_troubled` aggregates a group are
/// shown one by one. Unknown or removed ids are ignored, because a late notice is no reason to die.
/// Crashes, escalations and quarantines are also logged (logger `supervision`) and counted
/// (`keel_actor_failures_total{kind}`, `keel_actor_restarts_total{kind}`, `keel_supervisor_escalations_total`,
/// `keel_actors{kind}`, `keel_aggregates_quarantined`).
class SupervisionRegistry {
 public:
  struct Options {
    /// Events kept, the latest.
    std::size_t history = 4096;
    /// Aggregates in trouble shown as nodes, per group.
    std::size_t max_troubled = 256;
    /// Longest cause kept, in bytes.
    std::size_t max_cause_bytes = 512;
    Clock clock = system_now;
  };

  SupervisionRegistry();
  explicit SupervisionRegistry(Options options, Metrics& metrics = ops::metrics());
  ~SupervisionRegistry();
  SupervisionRegistry(const SupervisionRegistry&) = delete;
  SupervisionRegistry& operator=(const SupervisionRegistry&) = delete;

  // -- told by supervisors --------------------------------------------------------
  /// A new child, running.
  NodeId started(NodeSpec spec);
  void crashed(NodeId node, std::string_view cause);
  /// It will be started again after `delay`.
  void backing_off(NodeId node, std::chrono::milliseconds delay);
  /// It runs again; counts as one restart. `cause` when somebody asked for it.
  void restarted(NodeId node, std::string_view cause = {});
  /// On purpose, or because its supervisor goes. Its children are stopped with it.
  void stopped(NodeId node, std::string_view cause);
  /// It waits for a person.
  void quarantined(NodeId node, std::string_view cause);
  /// This supervisor gave up and hands the failure to its own.
  void escalated(NodeId node, std::string_view cause);
  /// Forgets a stopped node and all below it; the history keeps its lines.
  void removed(NodeId node);

  // -- told by lanes ----------------------------------------------------------------
  /// A group of aggregates below `parent`; the counter stays valid as long as it is held.
  std::shared_ptr<AggregateGroup> started_group(NodeId parent, std::string name);
  /// `aggregate` is `Cart c-17`. The aggregate is shown as a node of its own from now on.
  void aggregate_crashed(NodeId group, std::string_view aggregate, std::string_view cause);
  /// Of one that crashed: it will be started again after `delay`.
  void aggregate_backing_off(NodeId group, std::string_view aggregate, std::chrono::milliseconds delay);
  void aggregate_restarted(NodeId group, std::string_view aggregate);
  void aggregate_quarantined(NodeId group, std::string_view aggregate, std::string_view cause);
  /// It is well (or gone) again and no longer shown.
  void aggregate_recovered(NodeId group, std::string_view aggregate);

  /// On purpose: it left memory, or need not wait for a person any more. Shown on if it was shown.
  void aggregate_stopped(NodeId group, std::string_view aggregate, std::string_view cause);

  // -- heard by streams ------------------------------------------------------------
  /// It hears of every event from now on, for as long as it lives.
  void listen(std::weak_ptr<HistoryListener> listener);

  // -- asked by people --------------------------------------------------------------
  std::optional<NodeView> node(NodeId node) const;
  /// The nodes from the root down to this one; empty when it is unknown.
  std::vector<NodeView> lineage(NodeId node) const;
  /// With at most `limit` lines of its history.
  std::optional<NodeDetail> detail(NodeId node, std::size_t limit) const;
  /// Of an aggregate (`Cart c-17`) of a group, shown or not; nothing when the group is unknown.
  std::optional<NodeDetail> detail(NodeId group, std::string_view aggregate, std::size_t limit) const;
  /// Children of `parent` (0 = the roots) with an id greater than `after`, in the order of their start.
  std::vector<NodeView> children(NodeId parent, std::size_t limit, NodeId after = 0) const;
  /// The history after `sequence`, oldest first. Older than the ring: from the ring's oldest, which shows as a hole.
  std::vector<SupervisionEvent> history(std::uint64_t after, std::size_t limit) const;
  std::uint64_t last_sequence() const;

 private:
  struct Tree;
  class Deed;
  std::unique_ptr<Tree> tree_;
};

}  // namespace keel::ops
