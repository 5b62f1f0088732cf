#include <caf/send.hpp>

#include <utility>
#include <vector>

#include "actors/lane_actor.hpp"

/// What operators ask of a lane's aggregates (docs/protocol.md 2, rule 15).
namespace keel::actors {

using ops::ActorAction;
using State = Slot::State;

void LaneActor::asked(OperatorCall call) {
  Slot* slot = slots_->find(call.hash, call.kind, call.id);
  if (slot == nullptr) {
    return call.reply.refuse(ops::ActorProblem::Kind::not_in_memory, "this aggregate is not in memory");
  }
  if (!call.order) return describe(*slot, std::move(call));
  if (taken(call, possible(*slot))) carry_out(*slot, *call.order);
}

std::vector<ActorAction> LaneActor::possible(const Slot& slot) const {
  if (resting_) return {};
  if (slot.state == State::quarantined) return {ActorAction::lift_quarantine};
  if (slot.state != State::live && slot.state != State::asked) return {};
  if (slot.extra != nullptr && !slot.extra->leaving.empty()) return {ActorAction::restart, ActorAction::crash};
  return {ActorAction::restart, ActorAction::stop, ActorAction::crash};
}

void LaneActor::describe(const Slot& slot, OperatorCall call) {
  ops::ActorDescription description;
  description.node = group_->node();
  description.aggregate_name = shown_name(slot);
  description.state = slot.state == State::pausing ? ops::NodeState::backing_off : ops::NodeState::running;
  description.possible = possible(slot);
  if (slot.extra != nullptr) description.broken_by = slot.extra->broken_by;
  if (slot.state != State::live && slot.state != State::asked) return call.reply.describe(std::move(description));
  caf::anon_send(slot.actor, msg::Inspect({std::move(call.reply), std::move(description), call.with_state}));
}

void LaneActor::carry_out(Slot& slot, const ops::ActorOrder& order) {
  switch (order.action) {
    case ActorAction::restart:
    case ActorAction::crash:
      caf::anon_send(slot.actor, msg::Break{cause_of(order)});
      return;
    case ActorAction::stop:
      with_extra(slot).leaving = cause_of(order);
      return ask_to_leave(slot, true);
    case ActorAction::lift_quarantine:
      return lift(slot, cause_of(order));
  }
}

/// Its past no longer counts against it: it begins as one that was never in trouble.
void LaneActor::lift(Slot& slot, const std::string& cause) {
  auto& extra = with_extra(slot);
  extra.deaths = extra.failed_loads = RestartHistory{};
  extra.crashed = false;
  extra.lifted = true;
  slot.state = State::lifted;
  setting_.registry->aggregate_stopped(group_->node(), shown_name(slot), cause);
}

void LaneActor::say_left(Slot& slot) {
  setting_.registry->aggregate_stopped(group_->node(), shown_name(slot), std::exchange(slot.extra->leaving, {}));
  slot.extra->left = slot.has_waiting();
}

void LaneActor::step_down() {
  succeeded_ = true;
  quit(caf::exit_reason::user_shutdown);
}

}  // namespace keel::actors
