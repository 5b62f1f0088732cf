#include <grpcpp/support/status.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "dashboard/actor_target.hpp"
#include "dashboard/masking.hpp"
#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;

constexpr std::size_t stored_history = 100;

Json action_words(const v1::GetActorResponse& answer) {
  Json words = Json::array();
  for (const int action : answer.possible_actions()) {
    const auto word = word_of(static_cast<v1::ActorAction>(action));
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

Json aggregate_document(const Services& services, const v1::AggregateDetail& detail) {
  const auto& target = detail.target();
  Json document{{"context", text(target.context())},
                {"aggregate_type", text(target.aggregate_type())},
                {"aggregate_id", text(target.aggregate_id())},
                {"lane", detail.lane()},
                {"version", whole(std::int64_t{detail.version()})},
                {"durable_version", whole(std::int64_t{detail.durable_version()})},
                {"in_flight", whole(std::int64_t{detail.in_flight()})},
                {"mailbox", whole(std::int64_t{detail.mailbox()})},
                {"decided", whole(std::int64_t{detail.decided()})}};
  if (detail.has_last_command_time()) document["last_command_time"] = moment(timestamp_of(detail.last_command_time()));
  const auto* kind = find_kind(services.parts, target.context(), target.aggregate_type());
  if (detail.state_json().empty() || services.payloads == Payloads::none) return document;
  document["state"] =
      shown(detail.state_json(), kind == nullptr ? nullptr : kind->empty_state->GetDescriptor(), services.payloads);
  return document;
}

Json breakage_document(const v1::Breakage& broken_by) {
  Json document{{"message_type", text(broken_by.message_type())}};
  if (!broken_by.request_id().empty()) document["request_id"] = text(broken_by.request_id());
  if (!broken_by.trace_id().empty()) document["trace_id"] = text(broken_by.trace_id());
  if (broken_by.version() > 0) document["version"] = whole(std::int64_t{broken_by.version()});
  return document;
}

Reply live_actor(const Services& services, const ProcessSample& process, const v1::ActorTarget& target) {
  const auto client = client_of(services, process);
  if (!client) return client.refusal();
  v1::GetActorRequest request;
  *request.mutable_target() = target;
  request.set_with_state(services.payloads != Payloads::none);
  v1::GetActorResponse answer;
  if (const auto status = (*client)->actor(request, answer); !status.ok()) return refusal_of(status);
  Json history = Json::array();
  for (int i = answer.history_size(); i-- > 0;) history.push_back(document_of(process.id(), answer.history(i)));
  Json document{{"node", document_of(node_of(process.id(), answer.node(), answer.path()))},
                {"history", std::move(history)}};
  if (answer.has_aggregate()) document["aggregate"] = aggregate_document(services, answer.aggregate());
  if (answer.has_broken_by()) document["broken_by"] = breakage_document(answer.broken_by());
  document["possible_actions"] = action_words(answer);
  return document;
}

/// Of a process that has gone: what was stored of the node.
Reply past_actor(Services& services, const ProcessSample& process, std::uint64_t id) {
  const auto nodes = services.directory.tree_at(process.id(), system_now());
  if (!nodes) return nodes.refusal();
  const auto found = std::ranges::find(*nodes, id, &ops::PastNode::id);
  if (found == nodes->end()) return not_found("NODE_NOT_FOUND", "nothing is stored of this node");
  auto node = node_of(process.id(), *found);
  if (node.state != "stopped") node.state = name_of(process.seen.known.presence);
  ops::HistoryChoice choice;
  choice.process = process.id();
  choice.path = node.path;
  choice.limit = stored_history;
  Json history = Json::array();
  for (const auto& event : services.directory.history(choice).events) history.push_back(document_of(event));
  return Json{{"node", document_of(node)}, {"history", std::move(history)}, {"possible_actions", Json::array()}};
}

Outcome<v1::ActorTarget> target_of(const Request& request) {
  v1::ActorTarget target;
  if (!request.parameter("node").empty()) {
    const auto node = number_of(request, "node", 0, 1, std::numeric_limits<std::int64_t>::max());
    if (!node) return node.refusal();
    target.set_node_id(static_cast<std::uint64_t>(*node));
    return target;
  }
  if (request.parameter("id").empty()) return bad_field("node", "say node, or context, type and id");
  auto& aggregate = *target.mutable_aggregate();
  aggregate.set_context(request.parameter("context"));
  aggregate.set_aggregate_type(request.parameter("type"));
  aggregate.set_aggregate_id(request.parameter("id"));
  return target;
}

}  // namespace

Reply show_actor(Services& services, const Request& request) {
  const auto target = target_of(request);
  if (!target) return target.refusal();
  const auto found = process_named(services, request.parameter("process"));
  if (!found) return found.refusal();
  if (!found->process->told && target->has_node_id()) return past_actor(services, *found->process, target->node_id());
  return live_actor(services, *found->process, *target);
}

}  // namespace keel::dashboard
