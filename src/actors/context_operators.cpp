#include <caf/send.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "actors/context_actor.hpp"

/// What operators ask of a context and its children (docs/protocol.md 2, rule 15).
namespace keel::actors {

using ops::ActorAction;
using Actions = std::vector<ActorAction>;

void ContextActor::asked(OperatorCall call) {
  if (call.node == node_) return asked_of_context(std::move(call), caf::actor_cast<caf::actor>(this));
  if (call.node == writer_.node) return asked_of_context(std::move(call), writer_.actor);
  const auto is = [&](const Child& child) { return child.node == call.node; };
  const auto lane = std::ranges::find_if(lanes_, is);
  if (lane != lanes_.end()) return asked_of_lane(std::move(call), static_cast<std::size_t>(lane - lanes_.begin()));
  const auto service = std::ranges::find_if(services_, is);
  if (service != services_.end()) {
    return asked_of_service(std::move(call), static_cast<std::size_t>(service - services_.begin()));
  }
  const bool group = std::ranges::any_of(lanes_, [&](const auto& one) { return one.group->node() == call.node; });
  if (!group) return refuse_unknown_node(call);
  taken(call, {});
}

/// To begin anew, the lanes are given up and taken anew: as after a crash of the writer, but not counted as one.
void ContextActor::asked_of_context(OperatorCall call, const caf::actor& to_crash) {
  const bool possible = to_crash && !resting_;
  if (!taken(call, possible ? Actions{ActorAction::restart, ActorAction::crash} : Actions{})) return;
  ended_ = cause_of(*call.order);
  if (call.order->action == ActorAction::crash) return caf::anon_send(to_crash, msg::Break{ended_});
  caf::anon_send(parts_.guardian, msg::LanesLost{parts_.route->context, ended_, parts_.term, false});
}

void ContextActor::asked_of_lane(OperatorCall call, std::size_t lane) {
  auto& child = lanes_[lane];
  const bool possible = child.actor && !resting_;
  if (!taken(call, possible ? Actions{ActorAction::restart, ActorAction::crash} : Actions{})) return;
  const std::string cause = cause_of(*call.order);
  if (call.order->action == ActorAction::crash) return caf::anon_send(child.actor, msg::Break{cause});
  child.renewed = cause;
  caf::anon_send(child.actor, msg::StepDown{});
}

void ContextActor::asked_of_service(OperatorCall call, std::size_t service) {
  auto& child = services_[service];
  const bool possible = child.actor && !stopping_services_;
  if (!taken(call, possible ? Actions{ActorAction::restart, ActorAction::stop, ActorAction::crash} : Actions{})) return;
  const std::string cause = cause_of(*call.order);
  if (call.order->action == ActorAction::crash) return child.control->crash(cause);
  child.renewed = cause;
  child.control->stop();
}

}  // namespace keel::actors
