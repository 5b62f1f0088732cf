#pragma once

#include "support/engine_world.hpp"
#include "support/operator_desk.hpp"

namespace keel::test {

/// An engine, and operators who look at its aggregates and give them orders.
class OperatorsWorld : public EngineWorld {
 protected:
  static ops::AggregateName named(const std::string& id, const std::string& type = "Counter") {
    return {"testing", type, id};
  }
  ops::NodeId node(const std::string& path) const { return node_at(registry, path); }

  std::shared_ptr<OperatorHeard> send_order(const ops::ActorTarget& target, ops::ActorAction action) {
    return order(*engine, target, action);
  }
  std::string ordered(const ops::ActorTarget& target, ops::ActorAction action) {
    const auto heard = send_order(target, action);
    run();
    EXPECT_LE(heard->times, 1);
    return heard->text();
  }
  std::shared_ptr<OperatorHeard> look_at(const ops::ActorTarget& target, bool with_state = false) {
    auto heard = look(*engine, target, with_state);
    run();
    return heard;
  }
  std::string possible(const ops::ActorTarget& target) { return look_at(target)->possible(); }
};

}  // namespace keel::test
