#include "ops/supervision_service.hpp"

#include <charconv>
#include <string>
#include <utility>

#include "core/token.hpp"
#include "keel/ops/v1/supervision.grpc.pb.h"
#include "ops/actor_desk.hpp"
#include "ops/ends_streams.hpp"
#include "ops/history_stream.hpp"
#include "ops/operator_status.hpp"
#include "ops/supervision_wire.hpp"

namespace keel::ops {
namespace {

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

grpc::Status bad_page_size() { return invalid_field("page_size", "must be 0 to 1000"); }

class Service final : public v1::SupervisionService::CallbackService, public EndsStreams {
 public:
  Service(SupervisionRegistry& registry, ActorControl* control, Permissions permissions)
      : registry_(registry), streams_(registry), desk_(registry, control, std::move(permissions)) {}

  void end_streams() override { streams_.end(); }

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

  grpc::ServerWriteReactor<v1::WatchSupervisionEventsResponse>* WatchSupervisionEvents(
      grpc::CallbackServerContext*, const v1::WatchSupervisionEventsRequest* request) override {
    return streams_.open(request->after_sequence()).get();
  }

  grpc::ServerUnaryReactor* GetActor(grpc::CallbackServerContext*, const v1::GetActorRequest* request,
                                     v1::GetActorResponse* response) override {
    auto answer = LateAnswer::make();
    desk_.get(*request, *response, answer);
    return answer.get();
  }

  grpc::ServerUnaryReactor* ControlActor(grpc::CallbackServerContext* context, const v1::ControlActorRequest* request,
                                         v1::ControlActorResponse*) override {
    auto answer = LateAnswer::make();
    desk_.control(*context, *request, answer);
    return answer.get();
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
    if (!after) return invalid_field("page_token", "must be a next_page_token of an earlier response");
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

  SupervisionRegistry& registry_;
  HistoryStreams streams_;
  ActorDesk desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> supervision_service(SupervisionRegistry& registry, ActorControl* control,
                                                   Permissions permissions) {
  return std::make_unique<Service>(registry, control, std::move(permissions));
}

}  // namespace keel::ops
