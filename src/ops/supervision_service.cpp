#include "ops/supervision_service.hpp"

#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <string>

#include "core/token.hpp"
#include "keel/ops/v1/supervision.grpc.pb.h"
#include "ops/error_status.hpp"

namespace keel::ops {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::int32_t usual_page = 100;
constexpr std::int32_t largest_page = 1000;

std::optional<std::size_t> page_size_of(std::int32_t asked) {
  if (asked < 0 || asked > largest_page) return std::nullopt;
  return static_cast<std::size_t>(asked == 0 ? usual_page : asked);
}

/// The token is the last node's id: nodes keep their order.
std::string token_of(NodeId last) { return to_base64url(std::to_string(last)); }

std::optional<NodeId> node_of(const std::string& token) {
  if (token.empty()) return NodeId{0};
  const auto text = from_base64url(token);
  NodeId id = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return id;
}

grpc::Status invalid(std::string field, std::string description) {
  ErrorDetail detail{"FIELD_INVALID", "keel", {}, {{std::move(field), std::move(description)}}, {}};
  return error_status(grpc::StatusCode::INVALID_ARGUMENT, "the request is not valid", detail);
}

grpc::Status bad_page_size() { return invalid("page_size", "must be 0 to 1000"); }

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

void write(const NodeView& view, v1::SupervisionNode& node) {
  node.set_id(view.id);
  node.set_parent_id(view.spec.parent);
  node.set_name(view.spec.name);
  node.set_kind(wire(view.spec.kind));
  node.set_state(wire(view.state));
  *node.mutable_since() = TimeUtil::MicrosecondsToTimestamp(view.since.time_since_epoch().count());
  node.set_strategy(wire(view.spec.strategy));
  node.set_restarts(view.restarts);
  node.set_restarts_in_window(view.restarts_in_window);
  node.set_max_restarts(view.spec.max_restarts);
  *node.mutable_restart_window() = TimeUtil::MillisecondsToDuration(view.spec.window.count());
  node.set_last_cause(view.last_cause);
  node.set_child_count(static_cast<std::int64_t>(view.children));
  node.set_aggregate_count(view.aggregates);
  node.set_troubled_count(view.troubled);
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

class Service final : public v1::SupervisionService::CallbackService {
 public:
  explicit Service(const SupervisionRegistry& registry) : registry_(registry) {}

  grpc::ServerUnaryReactor* GetSupervisionTree(grpc::CallbackServerContext* context,
                                               const v1::GetSupervisionTreeRequest* request,
                                               v1::GetSupervisionTreeResponse* response) override {
    return finished(context, tree(*request, *response));
  }

  grpc::ServerUnaryReactor* ListSupervisionEvents(grpc::CallbackServerContext* context,
                                                  const v1::ListSupervisionEventsRequest* request,
                                                  v1::ListSupervisionEventsResponse* response) override {
    return finished(context, events(*request, *response));
  }

 private:
  static grpc::ServerUnaryReactor* finished(grpc::CallbackServerContext* context, const grpc::Status& status) {
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  grpc::Status tree(const v1::GetSupervisionTreeRequest& request, v1::GetSupervisionTreeResponse& response) const {
    const auto size = page_size_of(request.page_size());
    if (!size) return bad_page_size();
    const auto after = node_of(request.page_token());
    if (!after) return invalid("page_token", "must be a next_page_token of an earlier response");
    auto page = registry_.children(request.parent_id(), *size + 1, *after);
    if (page.size() > *size) {
      page.pop_back();
      response.set_next_page_token(token_of(page.back().id));
    }
    for (const NodeView& view : page) write(view, *response.add_nodes());
    return grpc::Status::OK;
  }

  grpc::Status events(const v1::ListSupervisionEventsRequest& request,
                      v1::ListSupervisionEventsResponse& response) const {
    const auto size = page_size_of(request.page_size());
    if (!size) return bad_page_size();
    response.set_last_sequence(registry_.last_sequence());
    for (const SupervisionEvent& event : registry_.history(request.after_sequence(), *size)) {
      write(event, *response.add_events());
    }
    return grpc::Status::OK;
  }

  const SupervisionRegistry& registry_;
};

}  // namespace

std::unique_ptr<grpc::Service> supervision_service(const SupervisionRegistry& registry) {
  return std::make_unique<Service>(registry);
}

}  // namespace keel::ops
