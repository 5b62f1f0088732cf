#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/engine_tree.hpp"
#include "actors/messages.hpp"

namespace keel::actors {
namespace {

using Kind = ops::ActorProblem::Kind;
using Stage = EngineState::Stage;

/// What `ops::ActorControl` promises.
constexpr std::chrono::seconds answered_within{2};
/// Of an aggregate's node: root, context, lane, group, itself.
constexpr std::size_t depth_of_aggregates = 5;

std::shared_ptr<FirstAnswer> first_of(std::function<void(OperatorAnswer)> tell) {
  return std::make_shared<FirstAnswer>(std::move(tell));
}

}  // namespace

void Engine::describe(const ops::ActorTarget& target, bool with_state, Described reply) {
  auto answer = first_of(std::move(reply));
  OperatorCall call{OperatorReply(answer)};
  call.with_state = with_state;
  tree_->ask(target, std::move(call), std::move(answer));
}

void Engine::control(const ops::ActorTarget& target, ops::ActorOrder order, Controlled reply) {
  auto answer = first_of([reply = std::move(reply)](const OperatorAnswer& told) {
    const auto* problem = std::get_if<ops::ActorProblem>(&told);
    reply(problem == nullptr ? std::nullopt : std::optional(*problem));
  });
  OperatorCall call{OperatorReply(answer)};
  call.order = std::move(order);
  tree_->ask(target, std::move(call), std::move(answer));
}

void Engine::Tree::ask(const ops::ActorTarget& target, OperatorCall call, std::shared_ptr<FirstAnswer> answer) {
  // The guardian is there to be seen once it has told of a stage.
  if (status->stage() == Stage::made) return call.reply.refuse(Kind::unavailable, "the engine has not started yet");
  caf::delayed_anon_send(guardian, answered_within, msg::Overdue{std::move(answer)});
  if (const auto* name = std::get_if<ops::AggregateName>(&target)) return ask_aggregate(*name, std::move(call));
  ask_node(std::get<ops::NodeId>(target), std::move(call));
}

void Engine::Tree::ask_aggregate(const ops::AggregateName& name, OperatorCall call) {
  const auto known = std::ranges::find_if(
      by_kind, [&](const auto& one) { return one.first->context == name.context && one.first->type == name.type; });
  if (known == by_kind.end()) return call.reply.refuse(Kind::not_in_memory, "there is no such type of aggregate");
  const auto& [kind, route] = *known;
  call.kind = kind;
  call.id = name.id;
  call.hash = lane_hash(kind->type, name.id);
  const caf::actor lane = route->doors[call.hash % route->doors.size()].lane();
  if (lane) return caf::anon_send(lane, msg::Operator(std::move(call)));
  if (status->stage() == Stage::owning) return call.reply.refuse(Kind::unavailable, "its lane is being restarted");
  call.reply.refuse(Kind::not_in_memory, "this process does not hold the lanes");
}

void Engine::Tree::ask_node(ops::NodeId node, OperatorCall call) {
  const auto lineage = setting.registry->lineage(node);
  if (lineage.empty()) return refuse_unknown_node(call);
  if (lineage.size() > 1) call.context = lineage[1].spec.name;
  if (lineage.back().spec.kind != ops::NodeKind::aggregate || lineage.size() != depth_of_aggregates) {
    call.node = node;
    return caf::anon_send(guardian, msg::Operator(std::move(call)));
  }
  const std::string& shown = lineage.back().spec.name;  // `Cart c-17`; a type has no space
  const auto space = std::min(shown.find(' '), shown.size());
  const ops::AggregateName name{call.context, shown.substr(0, space), shown.substr(std::min(space + 1, shown.size()))};
  ask_aggregate(name, std::move(call));
}

}  // namespace keel::actors
