#include "ops/supervision_tree.hpp"

#include <algorithm>
#include <utility>

#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

bool is_actor(const SupervisedNode& node) {
  return node.spec.kind == NodeKind::supervisor || node.spec.kind == NodeKind::worker;
}

Gauge alive_gauge(Metrics& metrics, std::string_view kind) {
  return metrics.gauge("keel_actors", "Actors that are alive.", {{"kind", std::string(kind)}});
}

}  // namespace

KindCounters::KindCounters(Metrics& metrics, std::string_view name, std::string_view help) {
  for (const NodeKind kind : {NodeKind::supervisor, NodeKind::worker, NodeKind::aggregate_group, NodeKind::aggregate}) {
    series_[static_cast<std::size_t>(kind)] = metrics.counter(name, help, {{"kind", std::string(name_of(kind))}});
  }
}

SupervisionRegistry::Tree::Tree(Options chosen, Metrics& metrics)
    : options(std::move(chosen)),
      failures(metrics, "keel_actor_failures_total", "Crashes of actors."),
      restarts(metrics, "keel_actor_restarts_total", "Restarts of actors."),
      escalations(metrics.counter("keel_supervisor_escalations_total", "Supervisors that gave up.")),
      supervisors(alive_gauge(metrics, "supervisor")),
      workers(alive_gauge(metrics, "worker")),
      aggregates(alive_gauge(metrics, "aggregate")),
      quarantined(metrics.gauge("keel_aggregates_quarantined", "Aggregates that wait for a person.")) {}

SupervisedNode* SupervisionRegistry::Tree::find(NodeId id) {
  const auto found = nodes.find(id);
  return found == nodes.end() ? nullptr : &found->second;
}

const SupervisedNode* SupervisionRegistry::Tree::find(NodeId id) const {
  const auto found = nodes.find(id);
  return found == nodes.end() ? nullptr : &found->second;
}

SupervisedNode* SupervisionRegistry::Tree::find_troubled(const Node& group, std::string_view aggregate) {
  const auto found = group.troubled.find(aggregate);
  return found == group.troubled.end() ? nullptr : find(found->second);
}

SupervisedNode& SupervisionRegistry::Tree::add(NodeSpec spec) {
  Node node;
  node.id = ++last_id;
  node.since = options.clock();
  if (Node* const parent = find(spec.parent)) {
    parent->children.insert(node.id);
  } else {
    spec.parent = 0;
    roots.insert(node.id);
  }
  spec.name = mend_utf8(spec.name);
  node.spec = std::move(spec);
  count_alive(node, 1);
  return nodes.emplace(node.id, std::move(node)).first->second;
}

SupervisedNode& SupervisionRegistry::Tree::show(Node& group, std::string_view aggregate) {
  Node& node = add({group.id, std::string(aggregate), NodeKind::aggregate, Strategy::none, 0, {}});
  group.troubled.emplace(std::string(aggregate), node.id);
  return node;
}

void SupervisionRegistry::Tree::enter(Node& node, NodeState state) {
  const bool was_alive = node.state == NodeState::running;
  if (was_alive != (state == NodeState::running)) count_alive(node, was_alive ? -1 : 1);
  if (node.spec.kind == NodeKind::aggregate) {
    if (node.state == NodeState::quarantined) quarantined.add(-1);
    if (state == NodeState::quarantined) quarantined.add(1);
  }
  node.state = state;
  node.since = options.clock();
}

void SupervisionRegistry::Tree::fail(Node& node, NodeState state, std::string_view cause) {
  node.last_cause = kept(cause);
  enter(node, state);
}

void SupervisionRegistry::Tree::back_off(Node& node, std::chrono::milliseconds delay) {
  enter(node, NodeState::backing_off);
  record(node, Happening::backing_off, node.last_cause, delay);
}

void SupervisionRegistry::Tree::restart(Node& node) {
  enter(node, NodeState::running);
  ++node.restarts;
  restarts.add(node.spec.kind);
  if (node.spec.window.count() == 0) return;
  const auto oldest = node.since - node.spec.window;
  while (!node.recent_restarts.empty() && node.recent_restarts.front() < oldest) node.recent_restarts.pop_front();
  node.recent_restarts.push_back(node.since);
}

void SupervisionRegistry::Tree::stop(Node& node, std::string_view cause) {
  if (node.state == NodeState::stopped) return;
  fail(node, NodeState::stopped, cause);
  record(node, Happening::stopped, cause);
  for (const NodeId child : node.children) stop(nodes.at(child), "its supervisor stopped");
}

void SupervisionRegistry::Tree::erase(NodeId id) {
  Node& node = nodes.at(id);
  const auto children = node.children;
  for (const NodeId child : children) erase(child);
  enter(node, NodeState::stopped);
  if (Node* const parent = find(node.spec.parent)) parent->children.erase(id);
  roots.erase(id);
  nodes.erase(id);
}

SupervisionEvent SupervisionRegistry::Tree::record(const Node& node, Happening happening, std::string_view cause,
                                                   std::chrono::milliseconds delay) {
  return remember({0, {}, node.id, node.spec.kind, path_of(node), happening, kept(cause), delay, node.spec.parent});
}

SupervisionEvent SupervisionRegistry::Tree::record_hidden(const Node& group, std::string_view aggregate,
                                                          Happening happening, std::string_view cause,
                                                          std::chrono::milliseconds delay) {
  const std::string path = path_of(group) + "/" + mend_utf8(aggregate);
  return remember({0, {}, 0, NodeKind::aggregate, path, happening, kept(cause), delay, group.id});
}

NodeView SupervisionRegistry::Tree::view(const Node& node) const {
  NodeView view;
  view.id = node.id;
  view.spec = node.spec;
  view.state = node.state;
  view.since = node.since;
  view.restarts = node.restarts;
  const auto oldest = options.clock() - node.spec.window;
  view.restarts_in_window =
      static_cast<int>(std::ranges::count_if(node.recent_restarts, [&](Timestamp at) { return at >= oldest; }));
  view.last_cause = node.last_cause;
  view.children = node.children.size();
  if (node.group != nullptr) {
    view.aggregates = node.group->alive();
    view.commands = node.group->commands();
  }
  view.troubled = static_cast<std::int64_t>(node.troubled.size()) + node.hidden;
  return view;
}

NodeDetail SupervisionRegistry::Tree::detail(const Node& node, std::size_t limit) const {
  NodeDetail detail{view(node), path_of(node), {}};
  detail.history = history_of(detail.path, limit);
  return detail;
}

NodeDetail SupervisionRegistry::Tree::detail_of_hidden(const Node& group, std::string_view aggregate,
                                                       std::size_t limit) const {
  NodeDetail detail;
  detail.node.spec = {group.id, mend_utf8(aggregate), NodeKind::aggregate, Strategy::none, 0, {}};
  detail.path = path_of(group) + "/" + detail.node.spec.name;
  detail.history = history_of(detail.path, limit);
  if (!detail.history.empty()) detail.node.since = detail.history.back().at;
  return detail;
}

std::vector<SupervisionEvent> SupervisionRegistry::Tree::history_of(std::string_view path, std::size_t limit) const {
  std::vector<SupervisionEvent> lines;
  for (auto event = ring.rbegin(); event != ring.rend() && lines.size() < limit; ++event) {
    if (event->path == path) lines.push_back(*event);
  }
  std::ranges::reverse(lines);
  return lines;
}

std::string SupervisionRegistry::Tree::path_of(const Node& node) const {
  const Node* const parent = find(node.spec.parent);
  return parent == nullptr ? node.spec.name : path_of(*parent) + "/" + node.spec.name;
}

void SupervisionRegistry::Tree::count_alive(const Node& node, double change) const {
  if (is_actor(node)) (node.spec.kind == NodeKind::supervisor ? supervisors : workers).add(change);
}

SupervisionEvent SupervisionRegistry::Tree::remember(SupervisionEvent event) {
  event.sequence = ++last_sequence;
  event.at = options.clock();
  ring.push_back(event);
  if (ring.size() > options.history) ring.pop_front();
  return event;
}

std::string SupervisionRegistry::Tree::kept(std::string_view cause) const {
  return mend_utf8(utf8_prefix(cause, options.max_cause_bytes));
}

}  // namespace keel::ops
