#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <utility>
#include <vector>

#include "actors/admission.hpp"
#include "actors/engine.hpp"
#include "actors/engine_status.hpp"
#include "actors/operator_call.hpp"
#include "actors/routes.hpp"
#include "actors/surroundings.hpp"

namespace caf::scheduler {
class test_coordinator;
}

namespace keel::actors {

/// What an engine holds. In this order, because the actors, which end last to first, look at all that stands above
/// them.
class Engine::Tree {
 public:
  Tree(EngineParts from, EngineOptions options);

  ContextRoute& route_of(const domain::AggregateKind* kind) const;
  /// Sends an operator's call to whoever supervises the target, and lets it be answered in time whatever happens.
  void ask(const ops::ActorTarget& target, OperatorCall call, std::shared_ptr<FirstAnswer> answer);
  bool wait_for(EngineState::Stage stage, std::chrono::milliseconds limit);
  /// Lets every actor end; false when some do not in time.
  bool end();
  caf::scheduler::test_coordinator& coordinator();

  EngineParts parts;
  const Setting setting;
  Admission admission;
  std::vector<std::unique_ptr<ContextRoute>> routes;
  std::vector<std::pair<const domain::AggregateKind*, ContextRoute*>> by_kind;
  std::shared_ptr<EngineStatus> status;
  ops::Counter overloaded;
  ops::Counter not_owner;
  ops::Counter stopping;
  std::shared_ptr<void> sampling;
  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor guardian;

 private:
  void ask_aggregate(const ops::AggregateName& name, OperatorCall call);
  void ask_node(ops::NodeId node, OperatorCall call);
  void watch_metrics();
};

}  // namespace keel::actors
