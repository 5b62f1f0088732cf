#include "app/roles/watched_part.hpp"

#include <utility>

namespace keel::app {

WatchedPart::WatchedPart(ops::SupervisionRegistry& registry, ops::NodeSpec spec)
    : registry_(registry), node_(registry.started(std::move(spec))) {}

void WatchedPart::well() {
  if (trouble_.empty()) return;
  trouble_.clear();
  registry_.restarted(node_);
}

void WatchedPart::in_trouble(const std::string& why, std::chrono::milliseconds pause) {
  if (trouble_ == why) return;
  trouble_ = why;
  registry_.crashed(node_, why);
  registry_.backing_off(node_, pause);
}

void WatchedPart::waits_for_a_person(const std::string& why) {
  if (trouble_ == why) return;
  trouble_ = why;
  registry_.quarantined(node_, why);
}

void WatchedPart::gone(std::string_view why) const {
  registry_.stopped(node_, why);
  registry_.removed(node_);
}

ops::NodeSpec watched_supervisor(ops::NodeId parent, std::string name) {
  return {.parent = parent,
          .name = std::move(name),
          .kind = ops::NodeKind::supervisor,
          .strategy = ops::Strategy::one_for_one,
          .max_restarts = 0,
          .window = {}};
}

ops::NodeSpec watched_worker(ops::NodeId parent, std::string name) {
  return {.parent = parent,
          .name = std::move(name),
          .kind = ops::NodeKind::worker,
          .strategy = ops::Strategy::none,
          .max_restarts = 0,
          .window = {}};
}

}  // namespace keel::app
