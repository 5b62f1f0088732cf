#include "ops/actor_desk.hpp"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "ops/error_status.hpp"
#include "ops/log.hpp"
#include "ops/operator_status.hpp"
#include "ops/supervision_wire.hpp"

namespace keel::ops {
namespace {

constexpr std::size_t history_lines = 200;

grpc::Status no_target() {
  return invalid_field("target", "must be the id of a node, or context, type and id of an aggregate");
}

grpc::Status status_of(const ActorProblem& problem) {
  switch (problem.kind) {
    case ActorProblem::Kind::unknown_node:
      return error_status(grpc::NOT_FOUND, problem.what, {"NODE_NOT_FOUND"});
    case ActorProblem::Kind::not_in_memory:
      return error_status(grpc::NOT_FOUND, problem.what, {"NOT_IN_MEMORY"});
    case ActorProblem::Kind::not_possible:
      return error_status(grpc::FAILED_PRECONDITION, problem.what, {"ACTION_NOT_POSSIBLE"});
    case ActorProblem::Kind::unavailable:
      break;
  }
  ErrorDetail detail{"ACTOR_UNAVAILABLE"};
  detail.retry_after = std::chrono::milliseconds(500);
  return error_status(grpc::UNAVAILABLE, problem.what, detail);
}

grpc::Status unknown_node() {
  return status_of({ActorProblem::Kind::unknown_node, "there is no such node (any more)"});
}

std::string text_of(const ActorTarget& target) {
  if (const auto* node = std::get_if<NodeId>(&target)) return "node " + std::to_string(*node);
  const auto& name = std::get<AggregateName>(target);
  return name.context + "/" + name.type + " " + name.id;
}

void tell_log(const std::string& target, const ActorOrder& order, const std::string& peer, std::string_view result) {
  log::warn("supervision", "an operator's action",
            {{"action", name_of(order.action)},
             {"target", target},
             {"reason", order.reason},
             {"peer", peer},
             {"result", result}});
}

void fill(const NodeDetail& detail, v1::GetActorResponse& response) {
  write(detail.node, *response.mutable_node());
  response.set_path(detail.path);
  for (const auto& event : detail.history) write(event, *response.add_history());
}

}  // namespace

ActorDesk::ActorDesk(const SupervisionRegistry& registry, ActorControl* control, Permissions permissions)
    : registry_(registry), control_(control), permissions_(std::move(permissions)) {}

// -- GetActor -------------------------------------------------------------------------------------------------------

void ActorDesk::get(const v1::GetActorRequest& request, v1::GetActorResponse& response,
                    std::shared_ptr<LateAnswer> answer) {
  const auto target = target_of(request.target());
  if (!target) return answer->give(no_target());
  if (control_ == nullptr) return answer->give(describe_without_actors(*target, response));
  control_->describe(*target, request.with_state(), [this, answer, &response](auto found) {
    answer->give([&] {
      if (const auto* problem = std::get_if<ActorProblem>(&found)) return status_of(*problem);
      return describe(std::get<ActorDescription>(found), response);
    });
  });
}

grpc::Status ActorDesk::describe(const ActorDescription& described, v1::GetActorResponse& response) const {
  auto detail = described.aggregate_name.empty()
                    ? registry_.detail(described.node, history_lines)
                    : registry_.detail(described.node, described.aggregate_name, history_lines);
  if (!detail) return unknown_node();
  if (detail->node.id == 0) detail->node.state = described.state;
  fill(*detail, response);
  if (described.aggregate) write(*described.aggregate, *response.mutable_aggregate());
  if (described.broken_by) write(*described.broken_by, *response.mutable_broken_by());
  for (const ActorAction action : described.possible) {
    if (allowed(action)) response.add_possible_actions(wire(action));
  }
  return grpc::Status::OK;
}

grpc::Status ActorDesk::describe_without_actors(const ActorTarget& target, v1::GetActorResponse& response) const {
  const auto* node = std::get_if<NodeId>(&target);
  if (node == nullptr) return refuse_without_actors(target);
  const auto detail = registry_.detail(*node, history_lines);
  if (!detail) return unknown_node();
  fill(*detail, response);
  return grpc::Status::OK;
}

bool ActorDesk::allowed(ActorAction action) const {
  return permissions_.actions && (action != ActorAction::crash || permissions_.faults);
}

// -- ControlActor ---------------------------------------------------------------------------------------------------

void ActorDesk::control(const grpc::CallbackServerContext& context, const v1::ControlActorRequest& request,
                        std::shared_ptr<LateAnswer> answer) {
  if (const auto status = why_not(context, request); !status.ok()) return answer->give(status);
  const ActorTarget target = *target_of(request.target());
  const ActorOrder order{*action_of(request.action()), request.reason()};
  if (control_ == nullptr) return answer->give(refuse_without_actors(target));
  control_->control(target, order, [answer, order, to = text_of(target), peer = context.peer()](const auto& problem) {
    const auto status = problem ? status_of(*problem) : grpc::Status::OK;
    tell_log(to, order, peer, problem ? problem->what : "taken");
    answer->give(status);
  });
}

grpc::Status ActorDesk::why_not(const grpc::CallbackServerContext& context,
                                const v1::ControlActorRequest& request) const {
  if (auto status = may_act(permissions_, context); !status.ok()) return status;
  const auto action = action_of(request.action());
  if (!action) return invalid_field("action", "must be one of RESTART, STOP, CRASH, LIFT_QUARANTINE");
  if (auto reason = check_reason(request.reason()); !reason.ok()) return reason;
  if (!target_of(request.target())) return no_target();
  if (allowed(*action)) return grpc::Status::OK;
  return error_status(grpc::PERMISSION_DENIED, "this process allows no crashes: faults is off", {"ACTIONS_DISABLED"});
}

grpc::Status ActorDesk::refuse_without_actors(const ActorTarget& target) const {
  const auto* node = std::get_if<NodeId>(&target);
  if (node == nullptr) {
    return status_of({ActorProblem::Kind::not_in_memory, "this process holds no aggregates in memory"});
  }
  if (!registry_.node(*node)) return unknown_node();
  return status_of({ActorProblem::Kind::not_possible, "this process can do nothing to its nodes"});
}

}  // namespace keel::ops
