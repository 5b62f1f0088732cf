#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "keel/ops/v1/supervision.grpc.pb.h"
#include "ops/error_status.hpp"
#include "ops/grpc_server.hpp"
#include "ops/log.hpp"
#include "ops/supervision_service.hpp"

namespace keel::ops {
namespace {

/// Actors that say what the test wants, when it wants.
class ScriptedActors : public ActorControl {
 public:
  void describe(const ActorTarget& target, bool with_state, Described reply) override {
    last_target = target;
    last_with_state = with_state;
    if (silent) return kept.push_back(std::move(reply));
    if (problem) return reply(*problem);
    reply(description);
  }
  void control(const ActorTarget& target, ActorOrder order, Controlled reply) override {
    last_target = target;
    last_order = std::move(order);
    reply(problem);
  }

  ActorDescription description;
  std::optional<ActorProblem> problem;
  bool silent = false;
  std::vector<Described> kept;
  ActorTarget last_target;
  std::optional<ActorOrder> last_order;
  bool last_with_state = false;
};

class SupervisionActorsTest : public testing::Test {
 protected:
  SupervisionActorsTest() {
    log::Options options;
    options.sink = [this](log::Level, std::string_view line) {
      const std::lock_guard lock(lines_mutex);
      lines.emplace_back(line);
    };
    log::configure(options);
  }
  ~SupervisionActorsTest() override {
    server.reset();
    log::configure({});
  }

  void serve(const Permissions& permissions, bool with_actors = true) {
    server.reset();
    service = supervision_service(registry, with_actors ? &actors : nullptr, permissions);
    GrpcOptions options;
    options.listen = "127.0.0.1:0";
    server = *GrpcServer::start(options, {service.get()}, metrics);
    stub = v1::SupervisionService::NewStub(server->channel_inside());
  }

  grpc::Status control(const v1::ControlActorRequest& request, const std::string& authorization = {}) {
    grpc::ClientContext context;
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    v1::ControlActorResponse response;
    return stub->ControlActor(&context, request, &response);
  }
  v1::ControlActorRequest order(v1::ActorAction action = v1::ACTOR_ACTION_RESTART) const {
    v1::ControlActorRequest request;
    request.mutable_target()->set_node_id(root);
    request.set_action(action);
    request.set_reason("it hangs");
    return request;
  }
  grpc::Status get(const v1::GetActorRequest& request, v1::GetActorResponse& response) {
    grpc::ClientContext context;
    return stub->GetActor(&context, request, &response);
  }
  static v1::GetActorRequest cart(const std::string& id) {
    v1::GetActorRequest request;
    auto& name = *request.mutable_target()->mutable_aggregate();
    name.set_context("cart");
    name.set_aggregate_type("Cart");
    name.set_aggregate_id(id);
    return request;
  }
  v1::GetActorRequest about(NodeId node) const {
    v1::GetActorRequest request;
    request.mutable_target()->set_node_id(node);
    return request;
  }
  static std::string reason_of(const grpc::Status& status) {
    const auto detail = detail_of(status);
    return detail ? detail->reason : "";
  }

  Metrics metrics;
  SupervisionRegistry registry{{}, metrics};
  NodeId root = registry.started({0, "command", NodeKind::supervisor, Strategy::one_for_one, 0, {}});
  ScriptedActors actors;
  std::mutex lines_mutex;
  std::vector<std::string> lines;
  std::unique_ptr<grpc::Service> service;
  std::unique_ptr<GrpcServer> server;
  std::unique_ptr<v1::SupervisionService::Stub> stub;
};

// -- ControlActor ---------------------------------------------------------------------------------------------------

TEST_F(SupervisionActorsTest, HandsAnOrderOnAndLogsItWithItsReason) {
  serve({.actions = true});
  EXPECT_TRUE(control(order()).ok());
  EXPECT_EQ(std::get<NodeId>(actors.last_target), root);
  EXPECT_EQ(actors.last_order->action, ActorAction::restart);
  EXPECT_EQ(actors.last_order->reason, "it hangs");
  const std::lock_guard lock(lines_mutex);
  const auto told = std::ranges::find_if(lines, [](const auto& line) { return line.find("operator") != line.npos; });
  ASSERT_NE(told, lines.end());
  for (const auto* part :
       {R"("logger":"supervision")", R"("action":"restart")", R"("reason":"it hangs")", R"("result":"taken")"}) {
    EXPECT_NE(told->find(part), std::string::npos) << part << " in " << *told;
  }
}

TEST_F(SupervisionActorsTest, RefusesActionsUnlessTheProcessAllowsThem) {
  serve({});
  const auto status = control(order());
  EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED);
  EXPECT_EQ(reason_of(status), "ACTIONS_DISABLED");
  EXPECT_FALSE(actors.last_order);
}

TEST_F(SupervisionActorsTest, RefusesCrashesUnlessFaultsAreAllowed) {
  serve({.actions = true});
  EXPECT_EQ(reason_of(control(order(v1::ACTOR_ACTION_CRASH))), "ACTIONS_DISABLED");
  EXPECT_FALSE(actors.last_order);
  serve({.actions = true, .faults = true});
  EXPECT_TRUE(control(order(v1::ACTOR_ACTION_CRASH)).ok());
  EXPECT_EQ(actors.last_order->action, ActorAction::crash);
}

TEST_F(SupervisionActorsTest, AsksForTheTokenWhenThereIsOne) {
  serve({.actions = true, .token = "secret"});
  for (const auto* wrong : {"", "Bearer", "Bearer ", "Bearer secreT", "Bearer secret2", "Basic secret", "secret"}) {
    const auto status = control(order(), wrong);
    EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED) << wrong;
    EXPECT_EQ(reason_of(status), "TOKEN_REQUIRED") << wrong;
  }
  EXPECT_FALSE(actors.last_order);
  EXPECT_TRUE(control(order(), "Bearer secret").ok());
  v1::GetActorResponse response;
  actors.description.node = root;
  EXPECT_TRUE(get(about(root), response).ok()) << "to look needs no token";
}

TEST_F(SupervisionActorsTest, RefusesABadOrderByItsField) {
  serve({.actions = true});
  const auto field_of = [&](const v1::ControlActorRequest& request) {
    const auto status = control(request);
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    return detail_of(status)->violations.at(0).field;
  };
  auto request = order();
  request.clear_reason();
  EXPECT_EQ(field_of(request), "reason");
  request.set_reason(std::string(501, 'x'));
  EXPECT_EQ(field_of(request), "reason");
  EXPECT_EQ(field_of(order(v1::ACTOR_ACTION_UNSPECIFIED)), "action");
  EXPECT_EQ(field_of(order(static_cast<v1::ActorAction>(99))), "action");
  request = order();
  request.clear_target();
  EXPECT_EQ(field_of(request), "target");
  request.mutable_target()->mutable_aggregate()->set_context("cart");
  EXPECT_EQ(field_of(request), "target");
  EXPECT_FALSE(actors.last_order);
}

TEST_F(SupervisionActorsTest, CountsAReasonInCharactersNotInBytes) {
  serve({.actions = true});
  auto request = order();
  std::string reason;
  for (int i = 0; i < 500; ++i) reason += "ü";
  request.set_reason(reason);
  EXPECT_TRUE(control(request).ok());
}

TEST_F(SupervisionActorsTest, SaysWhyAnOrderWasNotTaken) {
  using Kind = ActorProblem::Kind;
  serve({.actions = true});
  const std::vector<std::tuple<Kind, grpc::StatusCode, std::string>> all = {
      {Kind::unknown_node, grpc::NOT_FOUND, "NODE_NOT_FOUND"},
      {Kind::not_in_memory, grpc::NOT_FOUND, "NOT_IN_MEMORY"},
      {Kind::not_possible, grpc::FAILED_PRECONDITION, "ACTION_NOT_POSSIBLE"},
      {Kind::unavailable, grpc::UNAVAILABLE, "ACTOR_UNAVAILABLE"}};
  for (const auto& [kind, code, reason] : all) {
    actors.problem = ActorProblem{kind, "because"};
    const auto status = control(order());
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(reason_of(status), reason);
  }
}

TEST_F(SupervisionActorsTest, WithoutActorsNothingCanBeDoneAndNodesAreShown) {
  serve({.actions = true}, false);
  EXPECT_EQ(reason_of(control(order())), "ACTION_NOT_POSSIBLE");
  auto request = order();
  request.mutable_target()->set_node_id(999);
  EXPECT_EQ(reason_of(control(request)), "NODE_NOT_FOUND");
  v1::GetActorResponse response;
  EXPECT_TRUE(get(about(root), response).ok());
  EXPECT_EQ(response.path(), "command");
  EXPECT_EQ(response.possible_actions_size(), 0);
  EXPECT_EQ(reason_of(get(about(999), response)), "NODE_NOT_FOUND");
  EXPECT_EQ(reason_of(get(cart("c-17"), response)), "NOT_IN_MEMORY");
}

// -- GetActor -------------------------------------------------------------------------------------------------------

TEST_F(SupervisionActorsTest, ShowsANodeWithItsHistoryAndWhatCanBeDone) {
  serve({.actions = true});
  registry.crashed(root, "boom");
  actors.description = {.node = root, .possible = {ActorAction::restart, ActorAction::crash}};
  v1::GetActorResponse response;
  ASSERT_TRUE(get(about(root), response).ok());
  EXPECT_EQ(response.node().name(), "command");
  EXPECT_EQ(response.path(), "command");
  ASSERT_EQ(response.history_size(), 2);
  EXPECT_EQ(response.history(1).cause(), "boom");
  EXPECT_FALSE(response.has_aggregate());
  ASSERT_EQ(response.possible_actions_size(), 1) << "crashes are not allowed here";
  EXPECT_EQ(response.possible_actions(0), v1::ACTOR_ACTION_RESTART);
}

TEST_F(SupervisionActorsTest, ShowsAnAggregateThatIsNoNode) {
  serve({});
  const NodeId group = registry.started_group(root, "aggregates")->node();
  actors.description.node = group;
  actors.description.aggregate_name = "Cart c-17";
  actors.description.possible = {ActorAction::stop};
  auto& detail = actors.description.aggregate.emplace();
  detail.name = {"cart", "Cart", "c-17"};
  detail.lane = Lane{3};
  detail.version = Version{7};
  detail.durable_version = Version{6};
  detail.in_flight = 2;
  detail.mailbox = 5;
  detail.decided = 9;
  detail.last_command = Timestamp(std::chrono::seconds(1000));
  detail.state_json = "{}";
  auto request = cart("c-17");
  request.set_with_state(true);
  v1::GetActorResponse response;
  ASSERT_TRUE(get(request, response).ok());
  EXPECT_TRUE(actors.last_with_state);
  EXPECT_EQ(std::get<AggregateName>(actors.last_target).id, "c-17");
  EXPECT_EQ(response.node().id(), 0u);
  EXPECT_EQ(response.node().parent_id(), group);
  EXPECT_EQ(response.node().kind(), v1::SupervisionNode::KIND_AGGREGATE);
  EXPECT_EQ(response.path(), "command/aggregates/Cart c-17");
  EXPECT_EQ(response.aggregate().lane(), 3);
  EXPECT_EQ(response.aggregate().version(), 7);
  EXPECT_EQ(response.aggregate().durable_version(), 6);
  EXPECT_EQ(response.aggregate().in_flight(), 2);
  EXPECT_EQ(response.aggregate().mailbox(), 5);
  EXPECT_EQ(response.aggregate().decided(), 9);
  EXPECT_FALSE(response.has_broken_by());
  EXPECT_EQ(response.aggregate().last_command_time().seconds(), 1000);
  EXPECT_EQ(response.aggregate().state_json(), "{}");
  EXPECT_EQ(response.possible_actions_size(), 0) << "no actions are allowed here";
}

TEST_F(SupervisionActorsTest, ShowsWhichCommandOrEventBrokeAnAggregate) {
  serve({});
  actors.description.node = registry.started_group(root, "aggregates")->node();
  actors.description.aggregate_name = "Cart c-17";
  const auto id = *parse_uuid("01990000-0000-7000-8000-000000000001");
  actors.description.broken_by = Breakage{"keel.cart.v1.AddItemRequest", id, "4bf92f3577b34da6a3ce929d0e0e4736", {}};
  v1::GetActorResponse response;
  ASSERT_TRUE(get(cart("c-17"), response).ok());
  EXPECT_EQ(response.broken_by().message_type(), "keel.cart.v1.AddItemRequest");
  EXPECT_EQ(response.broken_by().request_id(), id.text());
  EXPECT_EQ(response.broken_by().trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(response.broken_by().version(), 0);
  actors.description.broken_by = Breakage{"future\xff", {}, {}, Version{7}};
  ASSERT_TRUE(get(cart("c-17"), response).ok());
  EXPECT_EQ(response.broken_by().version(), 7);
  EXPECT_EQ(response.broken_by().request_id(), "");
  EXPECT_EQ(response.broken_by().message_type(), "future\\xff");
}

TEST_F(SupervisionActorsTest, ACallThatNobodyAnswersEndsWithItsClientAndALateAnswerHarmsNobody) {
  serve({});
  actors.silent = true;
  {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
    v1::GetActorResponse response;
    EXPECT_EQ(stub->GetActor(&context, about(root), &response).error_code(), grpc::DEADLINE_EXCEEDED);
  }
  server->shutdown(std::chrono::minutes(1));
  for (const auto& reply : actors.kept) reply(ActorProblem{ActorProblem::Kind::unavailable, "too late"});
}

}  // namespace
}  // namespace keel::ops
