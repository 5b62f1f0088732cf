#include "ops/supervision_service.hpp"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

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

// -- watching -------------------------------------------------------------------------------------------------------

using Watched = v1::WatchSupervisionEventsResponse;

/// A client that watches.
struct Watch {
  explicit Watch(v1::SupervisionService::Stub& stub, std::uint64_t after = 0) {
    v1::WatchSupervisionEventsRequest request;
    request.set_after_sequence(after);
    reader = stub.WatchSupervisionEvents(&context, request);
  }
  ~Watch() {
    context.TryCancel();
    if (!ended) end();
  }
  /// Reads until this event has come; all sequence numbers that came.
  std::vector<std::uint64_t> until(std::uint64_t last) {
    std::vector<std::uint64_t> sequences;
    Watched message;
    while ((sequences.empty() || sequences.back() < last) && reader->Read(&message)) {
      for (const auto& event : message.events()) sequences.push_back(event.sequence());
    }
    return sequences;
  }
  /// The status with which it ends.
  grpc::Status end() {
    Watched message;
    while (reader->Read(&message)) {
    }
    ended = true;
    return reader->Finish();
  }
  bool ended = false;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<Watched>> reader;
};

using Sequences = std::vector<std::uint64_t>;

TEST_F(SupervisionServiceTest, WatchesWhatHappenedAndWhatHappensInOrder) {
  registry.crashed(root, "before");
  Watch watch(*stub);
  EXPECT_EQ(watch.until(2), (Sequences{1, 2}));
  registry.restarted(root);
  registry.crashed(root, "after");
  EXPECT_EQ(watch.until(4), (Sequences{3, 4}));
  watch.context.TryCancel();
  EXPECT_EQ(watch.end().error_code(), grpc::CANCELLED);
}

TEST_F(SupervisionServiceTest, WatchesFromASequenceOn) {
  for (int i = 0; i < 5; ++i) registry.restarted(root);
  Watch watch(*stub, 4);
  EXPECT_EQ(watch.until(6), (Sequences{5, 6}));
}

TEST_F(SupervisionServiceTest, AWatcherThatReadsSlowlyReadsOnFromTheRing) {
  Watch watch(*stub);
  constexpr std::uint64_t many = 50'000;
  for (std::uint64_t i = 1; i < many; ++i) registry.restarted(root, std::string(500, 'x'));
  const Sequences read = watch.until(many);
  EXPECT_EQ(read.back(), many);
  EXPECT_TRUE(std::ranges::is_sorted(read));
  EXPECT_EQ(std::ranges::adjacent_find(read), read.end()) << "no event comes twice";
  EXPECT_LT(read.size(), many) << "what the ring has forgotten shows as a step";
}

TEST_F(SupervisionServiceTest, ManyThreadsThatTellLoseNoWatcherAnEvent) {
  Watch watch(*stub);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this] {
      for (int i = 0; i < 250; ++i) registry.restarted(root);
    });
  }
  const Sequences read = watch.until(1001);
  ASSERT_EQ(read.size(), 1001u);
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i], i + 1);
}

TEST_F(SupervisionServiceTest, EndsItsStreamsWhenTheServerShutsDown) {
  Watch idle(*stub);
  EXPECT_EQ(idle.until(1), (Sequences{1}));
  Watch unread(*stub);
  EXPECT_EQ(unread.until(1), (Sequences{1}));
  for (int i = 0; i < 1000; ++i) registry.restarted(root, std::string(500, 'x'));
  std::thread shutting_down([this] { server->shutdown(std::chrono::minutes(10)); });
  for (Watch* const watch : {&idle, &unread}) {
    const auto status = watch->end();
    EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
    ASSERT_TRUE(detail_of(status)) << status.error_message();
    EXPECT_EQ(detail_of(status)->reason, "STOPPING");
  }
  shutting_down.join();
  registry.crashed(root, "nobody listens any more");
}

TEST_F(SupervisionServiceTest, RefusesMoreThanSoManyWatchersUntilOneLeaves) {
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 64; ++i) {
    watches.push_back(std::make_unique<Watch>(*stub));
    ASSERT_EQ(watches.back()->until(1), (Sequences{1}));
  }
  const auto status = Watch(*stub).end();
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(detail_of(status)->reason, "TOO_MANY_WATCHERS");
  watches.pop_back();
  while (Watch(*stub).until(1).empty()) {
  }
}

}  // namespace
}  // namespace keel::ops
