#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "ops/supervision.hpp"

namespace keel::app {

/// A part that looks after itself (its own thread tries again and again), told to a registry: it crashes when it gets
/// into trouble, waits until its next try, and is restarted when it is well. The same trouble is told once.
class WatchedPart {
 public:
  /// Tells that it is there. The registry outlives it.
  WatchedPart(ops::SupervisionRegistry& registry, ops::NodeSpec spec);

  ops::NodeId node() const { return node_; }
  void well();
  /// It tries again by itself after `pause`.
  void in_trouble(const std::string& why, std::chrono::milliseconds pause);
  /// It does nothing more until a person does something.
  void waits_for_a_person(const std::string& why);
  /// With all below it, for good.
  void gone(std::string_view why) const;

 private:
  ops::SupervisionRegistry& registry_;
  const ops::NodeId node_;
  std::string trouble_;
};

/// What a node is for a registry: a supervisor that restarts each child by itself, or a worker.
ops::NodeSpec watched_supervisor(ops::NodeId parent, std::string name);
ops::NodeSpec watched_worker(ops::NodeId parent, std::string name);

}  // namespace keel::app
