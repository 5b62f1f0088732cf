// Acceptance: a context is a proto folder, a domain folder, a projection and one line; nothing in src/ knows it.

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "core/uuid.hpp"
#include "keel/testing/v1/commands.grpc.pb.h"
#include "keel/testing/v1/queries.grpc.pb.h"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

namespace v1 = keel::testing::v1;

void within(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

TEST(NewContext, IsServedFromCommandToQueryByTheSameEngine) {
  KeelSystem system({.brokers = "", .program = "keel_of_counters", .environment = {}});
  for (const char* role : {"command", "projector", "query"}) system.start(role);
  const auto commands = v1::TestingCommandService::NewStub(system.channel("command"));
  const auto queries = v1::TestingQueryService::NewStub(system.channel("query"));

  v1::MoveCounterRequest move;
  move.set_counter_id("door");
  move.set_amount(5);
  v1::MoveCounterResponse moved;
  for (int turn = 1; turn <= 3; ++turn) {
    move.set_request_id(make_uuid_v7(system_now()).text());
    grpc::ClientContext context;
    within(context);
    const auto status = commands->MoveCounter(&context, move, &moved);
    ASSERT_TRUE(status.ok()) << status.error_message() << system.log_of("command");
    EXPECT_EQ(moved.version(), turn);
  }
  EXPECT_EQ(moved.value(), 15);

  v1::GetCounterRequest get;
  get.set_counter_id("door");
  get.add_min_token(moved.token());
  v1::GetCounterResponse shown;
  grpc::ClientContext context;
  within(context);
  const auto status = queries->GetCounter(&context, get, &shown);
  ASSERT_TRUE(status.ok()) << status.error_message() << system.log_of("projector");
  EXPECT_EQ(shown.value(), 15);
  EXPECT_EQ(shown.version(), 3);
}

}  // namespace
}  // namespace keel::test
