#include "ops/supervision.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <utility>

#include "ops/log.hpp"
#include "ops/supervision_tree.hpp"

namespace keel::ops {
namespace {

constexpr std::array<std::string_view, 4> kind_names = {"supervisor", "worker", "aggregate_group", "aggregate"};
constexpr std::array<std::string_view, 5> state_names = {"running", "backing_off", "stopped", "crashed", "quarantined"};
constexpr std::array<std::string_view, 4> strategy_names = {"none", "one_for_one", "one_for_all", "rest_for_one"};
constexpr std::array<std::string_view, 8> happening_names = {"started", "crashed",     "backing_off", "restarted",
                                                             "stopped", "quarantined", "escalated",   "recovered"};

/// Aggregates crash by the thousand when the journal is away, so they are quiet until one waits for a person.
void tell_log(const SupervisionEvent& event) {
  const log::Fields fields = {{"actor", event.path}, {"kind", name_of(event.kind)}, {"err.reason", event.cause}};
  switch (event.happening) {
    case Happening::crashed:
      if (event.kind == NodeKind::aggregate) return log::debug("supervision", "crashed", fields);
      return log::warn("supervision", "crashed", fields);
    case Happening::escalated:
      return log::error("supervision", "gave up and escalated", fields);
    case Happening::quarantined:
      return log::error("supervision", "quarantined: a person must look", fields);
    case Happening::started:
    case Happening::backing_off:
    case Happening::restarted:
    case Happening::stopped:
    case Happening::recovered:
      return;
  }
}

}  // namespace

std::string_view name_of(NodeKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }
std::string_view name_of(NodeState state) { return state_names[static_cast<std::size_t>(state)]; }
std::string_view name_of(Strategy strategy) { return strategy_names[static_cast<std::size_t>(strategy)]; }
std::string_view name_of(Happening happening) { return happening_names[static_cast<std::size_t>(happening)]; }

/// Something to remember, under the mutex. Whoever listens hears of it when the mutex is free again.
class SupervisionRegistry::Deed {
 public:
  explicit Deed(Tree& tree) : tree_(tree), lock_(tree.mutex), before_(tree.last_sequence) {}
  ~Deed() { done(); }
  Deed(const Deed&) = delete;
  Deed& operator=(const Deed&) = delete;

  void done() {
    if (!lock_.owns_lock()) return;
    const auto listeners = tree_.last_sequence == before_ ? nullptr : tree_.listeners;
    lock_.unlock();
    if (listeners == nullptr) return;
    for (const auto& listener : *listeners) {
      if (const auto alive = listener.lock()) alive->history_grew();
    }
  }

 private:
  Tree& tree_;
  std::unique_lock<std::mutex> lock_;
  const std::uint64_t before_;
};

SupervisionRegistry::SupervisionRegistry() : SupervisionRegistry(Options{}) {}
SupervisionRegistry::SupervisionRegistry(Options options, Metrics& metrics)
    : tree_(std::make_unique<Tree>(std::move(options), metrics)) {}
SupervisionRegistry::~SupervisionRegistry() = default;

NodeId SupervisionRegistry::started(NodeSpec spec) {
  const Deed deed(*tree_);
  const SupervisedNode& node = tree_->add(std::move(spec));
  tree_->record(node, Happening::started);
  return node.id;
}

void SupervisionRegistry::crashed(NodeId node, std::string_view cause) {
  Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(node);
  if (known == nullptr) return;
  tree_->fail(*known, NodeState::crashed, cause);
  tree_->failures.add(known->spec.kind);
  const SupervisionEvent event = tree_->record(*known, Happening::crashed, cause);
  deed.done();
  tell_log(event);
}

void SupervisionRegistry::backing_off(NodeId node, std::chrono::milliseconds delay) {
  const Deed deed(*tree_);
  if (SupervisedNode* const known = tree_->find(node)) tree_->back_off(*known, delay);
}

void SupervisionRegistry::restarted(NodeId node, std::string_view cause) {
  const Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(node);
  if (known == nullptr) return;
  tree_->restart(*known);
  tree_->record(*known, Happening::restarted, cause);
}

void SupervisionRegistry::stopped(NodeId node, std::string_view cause) {
  const Deed deed(*tree_);
  if (SupervisedNode* const known = tree_->find(node)) tree_->stop(*known, cause);
}

void SupervisionRegistry::quarantined(NodeId node, std::string_view cause) {
  Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(node);
  if (known == nullptr) return;
  tree_->fail(*known, NodeState::quarantined, cause);
  const SupervisionEvent event = tree_->record(*known, Happening::quarantined, cause);
  deed.done();
  tell_log(event);
}

void SupervisionRegistry::escalated(NodeId node, std::string_view cause) {
  Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(node);
  if (known == nullptr) return;
  tree_->fail(*known, NodeState::crashed, cause);
  tree_->escalations.add();
  const SupervisionEvent event = tree_->record(*known, Happening::escalated, cause);
  deed.done();
  tell_log(event);
}

void SupervisionRegistry::removed(NodeId node) {
  const Deed deed(*tree_);
  if (tree_->find(node) != nullptr) tree_->erase(node);
}

std::shared_ptr<AggregateGroup> SupervisionRegistry::started_group(NodeId parent, std::string name) {
  const Deed deed(*tree_);
  SupervisedNode& node = tree_->add({parent, std::move(name), NodeKind::aggregate_group, Strategy::one_for_one, 0, {}});
  node.group = std::make_shared<AggregateGroup>(node.id, tree_->aggregates);
  tree_->record(node, Happening::started);
  return node.group;
}

void SupervisionRegistry::aggregate_crashed(NodeId group, std::string_view aggregate, std::string_view cause) {
  Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  tree_->failures.add(NodeKind::aggregate);
  SupervisedNode* shown = tree_->find_troubled(*known, aggregate);
  if (shown == nullptr && known->troubled.size() < tree_->options.max_troubled) {
    shown = &tree_->show(*known, aggregate);
  }
  if (shown == nullptr) {
    ++known->hidden;
    tree_->record_hidden(*known, aggregate, Happening::crashed, cause);
    return;
  }
  tree_->fail(*shown, NodeState::crashed, cause);
  const SupervisionEvent event = tree_->record(*shown, Happening::crashed, cause);
  deed.done();
  tell_log(event);
}

void SupervisionRegistry::aggregate_backing_off(NodeId group, std::string_view aggregate,
                                                std::chrono::milliseconds delay) {
  const Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  if (SupervisedNode* const shown = tree_->find_troubled(*known, aggregate)) return tree_->back_off(*shown, delay);
  tree_->record_hidden(*known, aggregate, Happening::backing_off, {}, delay);
}

void SupervisionRegistry::aggregate_restarted(NodeId group, std::string_view aggregate) {
  const Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  if (SupervisedNode* const shown = tree_->find_troubled(*known, aggregate)) {
    tree_->restart(*shown);
    tree_->record(*shown, Happening::restarted);
    return;
  }
  tree_->restarts.add(NodeKind::aggregate);
  tree_->record_hidden(*known, aggregate, Happening::restarted);
}

void SupervisionRegistry::aggregate_quarantined(NodeId group, std::string_view aggregate, std::string_view cause) {
  Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  SupervisedNode* shown = tree_->find_troubled(*known, aggregate);
  if (shown == nullptr) {
    shown = &tree_->show(*known, aggregate);
    known->hidden = std::max<std::int64_t>(0, known->hidden - 1);
  }
  tree_->fail(*shown, NodeState::quarantined, cause);
  const SupervisionEvent event = tree_->record(*shown, Happening::quarantined, cause);
  deed.done();
  tell_log(event);
}

void SupervisionRegistry::aggregate_recovered(NodeId group, std::string_view aggregate) {
  const Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  if (const SupervisedNode* const shown = tree_->find_troubled(*known, aggregate)) {
    tree_->record(*shown, Happening::recovered);
    const NodeId id = shown->id;
    known->troubled.erase(known->troubled.find(aggregate));
    tree_->erase(id);
    return;
  }
  if (known->hidden == 0) return;
  --known->hidden;
  tree_->record_hidden(*known, aggregate, Happening::recovered);
}

void SupervisionRegistry::aggregate_stopped(NodeId group, std::string_view aggregate, std::string_view cause) {
  const Deed deed(*tree_);
  SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return;
  if (SupervisedNode* const shown = tree_->find_troubled(*known, aggregate)) {
    tree_->fail(*shown, NodeState::stopped, cause);
    tree_->record(*shown, Happening::stopped, cause);
    return;
  }
  tree_->record_hidden(*known, aggregate, Happening::stopped, cause);
}

void SupervisionRegistry::listen(std::weak_ptr<HistoryListener> listener) {
  const std::lock_guard lock(tree_->mutex);
  auto listeners = std::make_shared<std::vector<std::weak_ptr<HistoryListener>>>();
  if (tree_->listeners != nullptr) {
    std::ranges::copy_if(*tree_->listeners, std::back_inserter(*listeners),
                         [](const auto& known) { return !known.expired(); });
  }
  listeners->push_back(std::move(listener));
  tree_->listeners = std::move(listeners);
}

std::optional<NodeView> SupervisionRegistry::node(NodeId node) const {
  const std::lock_guard lock(tree_->mutex);
  const SupervisedNode* const known = tree_->find(node);
  return known == nullptr ? std::nullopt : std::optional(tree_->view(*known));
}

std::vector<NodeView> SupervisionRegistry::lineage(NodeId node) const {
  const std::lock_guard lock(tree_->mutex);
  std::vector<NodeView> views;
  for (const auto* one = tree_->find(node); one != nullptr; one = tree_->find(one->spec.parent)) {
    views.push_back(tree_->view(*one));
  }
  std::ranges::reverse(views);
  return views;
}

std::optional<NodeDetail> SupervisionRegistry::detail(NodeId node, std::size_t limit) const {
  const std::lock_guard lock(tree_->mutex);
  const SupervisedNode* const known = tree_->find(node);
  return known == nullptr ? std::nullopt : std::optional(tree_->detail(*known, limit));
}

std::optional<NodeDetail> SupervisionRegistry::detail(NodeId group, std::string_view aggregate,
                                                      std::size_t limit) const {
  const std::lock_guard lock(tree_->mutex);
  const SupervisedNode* const known = tree_->find(group);
  if (known == nullptr) return std::nullopt;
  if (const SupervisedNode* const shown = tree_->find_troubled(*known, aggregate)) return tree_->detail(*shown, limit);
  return tree_->detail_of_hidden(*known, aggregate, limit);
}

std::vector<NodeView> SupervisionRegistry::children(NodeId parent, std::size_t limit, NodeId after) const {
  const std::lock_guard lock(tree_->mutex);
  const SupervisedNode* const known = tree_->find(parent);
  if (known == nullptr && parent != 0) return {};
  const std::set<NodeId>& ids = known == nullptr ? tree_->roots : known->children;
  std::vector<NodeView> views;
  for (auto id = ids.upper_bound(after); id != ids.end() && views.size() < limit; ++id) {
    views.push_back(tree_->view(tree_->nodes.at(*id)));
  }
  return views;
}

std::vector<SupervisionEvent> SupervisionRegistry::history(std::uint64_t after, std::size_t limit) const {
  const std::lock_guard lock(tree_->mutex);
  const auto& ring = tree_->ring;
  const auto first = std::ranges::upper_bound(ring, after, {}, &SupervisionEvent::sequence);
  const auto available = static_cast<std::size_t>(ring.end() - first);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(limit, available))};
}

std::uint64_t SupervisionRegistry::last_sequence() const {
  const std::lock_guard lock(tree_->mutex);
  return tree_->last_sequence;
}

}  // namespace keel::ops
