#include "app/roles/query_tree.hpp"

#include <chrono>
#include <utility>

namespace keel::app {
namespace {

/// How long after a failure a session is opened anew (`reopen_after` of readers and watchers).
constexpr std::chrono::milliseconds next_try{500};

}  // namespace

QueryTree::QueryTree(ops::SupervisionRegistry& registry)
    : registry_(registry), root_(registry.started(watched_supervisor(0, "query"))) {}

void QueryTree::look(const std::vector<query::QueryPart>& parts) {
  for (const auto& part : parts) {
    auto known = parts_.find(part.name);
    if (known == parts_.end()) {
      known = parts_.emplace(part.name, WatchedPart(registry_, watched_worker(root_, part.name))).first;
    }
    if (part.trouble) {
      known->second.in_trouble(*part.trouble, next_try);
    } else {
      known->second.well();
    }
  }
}

void QueryTree::stopped() { registry_.stopped(root_, ""); }

}  // namespace keel::app
