#include "ops/supervision_wire.hpp"

#include <google/protobuf/util/time_util.h>

#include "ops/utf8.hpp"

namespace keel::ops {
namespace {

using google::protobuf::util::TimeUtil;

v1::SupervisionNode::Kind wire(NodeKind kind) {
  switch (kind) {
    case NodeKind::supervisor:
      return v1::SupervisionNode::KIND_SUPERVISOR;
    case NodeKind::worker:
      return v1::SupervisionNode::KIND_WORKER;
    case NodeKind::aggregate_group:
      return v1::SupervisionNode::KIND_AGGREGATE_GROUP;
    case NodeKind::aggregate:
      return v1::SupervisionNode::KIND_AGGREGATE;
  }
  return v1::SupervisionNode::KIND_UNSPECIFIED;
}

v1::SupervisionNode::State wire(NodeState state) {
  switch (state) {
    case NodeState::running:
      return v1::SupervisionNode::STATE_RUNNING;
    case NodeState::backing_off:
      return v1::SupervisionNode::STATE_BACKING_OFF;
    case NodeState::stopped:
      return v1::SupervisionNode::STATE_STOPPED;
    case NodeState::crashed:
      return v1::SupervisionNode::STATE_CRASHED;
    case NodeState::quarantined:
      return v1::SupervisionNode::STATE_QUARANTINED;
  }
  return v1::SupervisionNode::STATE_UNSPECIFIED;
}

v1::SupervisionNode::Strategy wire(Strategy strategy) {
  switch (strategy) {
    case Strategy::none:
      return v1::SupervisionNode::STRATEGY_UNSPECIFIED;
    case Strategy::one_for_one:
      return v1::SupervisionNode::STRATEGY_ONE_FOR_ONE;
    case Strategy::one_for_all:
      return v1::SupervisionNode::STRATEGY_ONE_FOR_ALL;
    case Strategy::rest_for_one:
      return v1::SupervisionNode::STRATEGY_REST_FOR_ONE;
  }
  return v1::SupervisionNode::STRATEGY_UNSPECIFIED;
}

v1::SupervisionEvent::Happening wire(Happening happening) {
  switch (happening) {
    case Happening::started:
      return v1::SupervisionEvent::HAPPENING_STARTED;
    case Happening::crashed:
      return v1::SupervisionEvent::HAPPENING_CRASHED;
    case Happening::backing_off:
      return v1::SupervisionEvent::HAPPENING_BACKING_OFF;
    case Happening::restarted:
      return v1::SupervisionEvent::HAPPENING_RESTARTED;
    case Happening::stopped:
      return v1::SupervisionEvent::HAPPENING_STOPPED;
    case Happening::quarantined:
      return v1::SupervisionEvent::HAPPENING_QUARANTINED;
    case Happening::escalated:
      return v1::SupervisionEvent::HAPPENING_ESCALATED;
    case Happening::recovered:
      return v1::SupervisionEvent::HAPPENING_RECOVERED;
  }
  return v1::SupervisionEvent::HAPPENING_UNSPECIFIED;
}

}  // namespace

void write(const NodeView& view, v1::SupervisionNode& node) {
  node.set_id(view.id);
  node.set_parent_id(view.spec.parent);
  node.set_name(view.spec.name);
  node.set_kind(wire(view.spec.kind));
  node.set_state(wire(view.state));
  if (view.since != Timestamp{}) {
    *node.mutable_since() = TimeUtil::MicrosecondsToTimestamp(view.since.time_since_epoch().count());
  }
  node.set_strategy(wire(view.spec.strategy));
  node.set_restarts(view.restarts);
  node.set_restarts_in_window(view.restarts_in_window);
  node.set_max_restarts(view.spec.max_restarts);
  *node.mutable_restart_window() = TimeUtil::MillisecondsToDuration(view.spec.window.count());
  node.set_last_cause(view.last_cause);
  node.set_child_count(static_cast<std::int64_t>(view.children));
  node.set_aggregate_count(view.aggregates);
  node.set_troubled_count(view.troubled);
  node.set_command_count(view.commands);
}

void write(const SupervisionEvent& event, v1::SupervisionEvent& line) {
  line.set_sequence(event.sequence);
  *line.mutable_occurred_at() = TimeUtil::MicrosecondsToTimestamp(event.at.time_since_epoch().count());
  line.set_node_id(event.node);
  line.set_kind(wire(event.kind));
  line.set_path(event.path);
  line.set_happening(wire(event.happening));
  line.set_cause(event.cause);
  *line.mutable_delay() = TimeUtil::MillisecondsToDuration(event.delay.count());
}

void write(const AggregateDetail& detail, v1::AggregateDetail& aggregate) {
  auto& target = *aggregate.mutable_target();
  target.set_context(detail.name.context);
  target.set_aggregate_type(detail.name.type);
  target.set_aggregate_id(detail.name.id);
  aggregate.set_lane(detail.lane.value);
  aggregate.set_version(detail.version.value);
  aggregate.set_durable_version(detail.durable_version.value);
  aggregate.set_in_flight(static_cast<std::int64_t>(detail.in_flight));
  if (detail.last_command) {
    *aggregate.mutable_last_command_time() =
        TimeUtil::MicrosecondsToTimestamp(detail.last_command->time_since_epoch().count());
  }
  aggregate.set_state_json(detail.state_json);
  aggregate.set_state_problem(detail.state_problem);
  aggregate.set_mailbox(static_cast<std::int64_t>(detail.mailbox));
  aggregate.set_decided(static_cast<std::int64_t>(detail.decided));
}

void write(const Breakage& breakage, v1::Breakage& told) {
  told.set_message_type(mend_utf8(breakage.message_type));
  if (breakage.request_id) told.set_request_id(breakage.request_id->text());
  told.set_trace_id(breakage.trace_id);
  told.set_version(breakage.version.value);
}

v1::ActorAction wire(ActorAction action) {
  switch (action) {
    case ActorAction::restart:
      return v1::ACTOR_ACTION_RESTART;
    case ActorAction::stop:
      return v1::ACTOR_ACTION_STOP;
    case ActorAction::crash:
      return v1::ACTOR_ACTION_CRASH;
    case ActorAction::lift_quarantine:
      return v1::ACTOR_ACTION_LIFT_QUARANTINE;
  }
  return v1::ACTOR_ACTION_UNSPECIFIED;
}

std::optional<ActorAction> action_of(v1::ActorAction action) {
  for (const auto known : {ActorAction::restart, ActorAction::stop, ActorAction::crash, ActorAction::lift_quarantine}) {
    if (wire(known) == action) return known;
  }
  return std::nullopt;
}

std::optional<ActorTarget> target_of(const v1::ActorTarget& target) {
  if (target.has_aggregate()) {
    const auto& named = target.aggregate();
    if (named.context().empty() || named.aggregate_type().empty() || named.aggregate_id().empty()) return std::nullopt;
    return AggregateName{named.context(), named.aggregate_type(), named.aggregate_id()};
  }
  if (target.node_id() == 0) return std::nullopt;
  return NodeId{target.node_id()};
}

}  // namespace keel::ops
