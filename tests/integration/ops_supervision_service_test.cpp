#include "ops/supervision_service.hpp"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "keel/ops/v1/supervision.grpc.pb.h"
#include "ops/error_status.hpp"
#include "ops/grpc_server.hpp"

namespace keel::ops {
namespace {

class SupervisionServiceTest : public testing::Test {
 protected:
  SupervisionServiceTest() {
    GrpcOptions options;
    options.listen = "127.0.0.1:0";
    server = *GrpcServer::start(options, {service.get()}, metrics);
    stub = v1::SupervisionService::NewStub(server->channel_inside());
  }

  grpc::Status tree(const v1::GetSupervisionTreeRequest& request, v1::GetSupervisionTreeResponse& response) {
    grpc::ClientContext context;
    return stub->GetSupervisionTree(&context, request, &response);
  }

  grpc::Status events(const v1::ListSupervisionEventsRequest& request, v1::ListSupervisionEventsResponse& response) {
    grpc::ClientContext context;
    return stub->ListSupervisionEvents(&context, request, &response);
  }

  Metrics metrics;
  SupervisionRegistry registry{{}, metrics};
  NodeId root =
      registry.started({0, "command", NodeKind::supervisor, Strategy::one_for_one, 3, std::chrono::milliseconds(1500)});
  std::unique_ptr<grpc::Service> service = supervision_service(registry);
  std::unique_ptr<GrpcServer> server;
  std::unique_ptr<v1::SupervisionService::Stub> stub;
};

TEST_F(SupervisionServiceTest, ShowsTheTreeALevelAndAPageAtATime) {
  for (int i = 0; i < 5; ++i)
    registry.started({root, "lane " + std::to_string(i), NodeKind::worker, Strategy::none, 0, {}});
  v1::GetSupervisionTreeRequest request;
  v1::GetSupervisionTreeResponse response;
  ASSERT_TRUE(tree(request, response).ok());
  ASSERT_EQ(response.nodes_size(), 1);
  EXPECT_EQ(response.nodes(0).name(), "command");
  EXPECT_EQ(response.nodes(0).kind(), v1::SupervisionNode::KIND_SUPERVISOR);
  EXPECT_EQ(response.nodes(0).strategy(), v1::SupervisionNode::STRATEGY_ONE_FOR_ONE);
  EXPECT_EQ(response.nodes(0).state(), v1::SupervisionNode::STATE_RUNNING);
  EXPECT_EQ(response.nodes(0).max_restarts(), 3);
  EXPECT_EQ(response.nodes(0).restart_window().nanos(), 500'000'000);
  EXPECT_EQ(response.nodes(0).child_count(), 5);
  EXPECT_EQ(response.next_page_token(), "");

  request.set_parent_id(root);
  request.set_page_size(2);
  std::string names;
  do {
    ASSERT_TRUE(tree(request, response).ok());
    for (const auto& node : response.nodes()) names += node.name() + ";";
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(names, "lane 0;lane 1;lane 2;lane 3;lane 4;");
}

TEST_F(SupervisionServiceTest, ListsTheHistoryAfterASequence) {
  registry.crashed(root, "boom");
  registry.backing_off(root, std::chrono::milliseconds(250));
  v1::ListSupervisionEventsRequest request;
  request.set_after_sequence(1);
  v1::ListSupervisionEventsResponse response;
  ASSERT_TRUE(events(request, response).ok());
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).happening(), v1::SupervisionEvent::HAPPENING_CRASHED);
  EXPECT_EQ(response.events(0).cause(), "boom");
  EXPECT_EQ(response.events(0).path(), "command");
  EXPECT_GT(response.events(0).occurred_at().seconds(), 0);
  EXPECT_EQ(response.events(1).delay().nanos(), 250'000'000);
  EXPECT_EQ(response.last_sequence(), 3u);
}

TEST_F(SupervisionServiceTest, RefusesBadPagesByTheirField) {
  v1::GetSupervisionTreeRequest request;
  v1::GetSupervisionTreeResponse response;
  request.set_page_size(1001);
  auto status = tree(request, response);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(detail_of(status)->violations.at(0).field, "page_size");
  request.set_page_size(-1);
  EXPECT_EQ(tree(request, response).error_code(), grpc::INVALID_ARGUMENT);
  request.set_page_size(0);
  for (const char* token : {"%%%", "eA", "AAAA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM"}) {
    request.set_page_token(token);
    status = tree(request, response);
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT) << token;
    EXPECT_EQ(detail_of(status)->violations.at(0).field, "page_token");
  }
}

TEST_F(SupervisionServiceTest, ShowsNoChildrenOfTheUnknown) {
  v1::GetSupervisionTreeRequest request;
  request.set_parent_id(999);
  v1::GetSupervisionTreeResponse response;
  EXPECT_TRUE(tree(request, response).ok());
  EXPECT_EQ(response.nodes_size(), 0);
}

}  // namespace
}  // namespace keel::ops
