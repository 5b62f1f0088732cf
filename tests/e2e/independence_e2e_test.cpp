// Acceptance: what dies, dies alone (promises Q1, S1, S4).

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "core/uuid.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "keel/cart/v1/queries.grpc.pb.h"
#include "support/journal_audit.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using std::chrono::seconds;

class IndependenceTest : public ::testing::Test {
 protected:
  grpc::Status add(const std::string& cart_id, cart::v1::AddItemResponse& response) {
    cart::v1::AddItemRequest request;
    request.set_cart_id(cart_id);
    request.set_request_id(make_uuid_v7(system_now()).text());
    request.set_sku("85123A");
    request.set_quantity(1);
    request.mutable_unit_price()->set_currency_code("GBP");
    request.mutable_unit_price()->set_minor_units(255);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(5));
    return cart::v1::CartCommandService::NewStub(system_.channel("command"))->AddItem(&context, request, &response);
  }

  grpc::Status get(const std::string& cart_id, const std::string& token, cart::v1::GetCartResponse& response,
                   seconds patience = seconds(15)) {
    cart::v1::GetCartRequest request;
    request.set_cart_id(cart_id);
    if (!token.empty()) request.add_min_token(token);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    return cart::v1::CartQueryService::NewStub(system_.channel("query"))->GetCart(&context, request, &response);
  }

  void SetUp() override {
    for (const char* role : {"command", "projector", "query"}) system_.start(role);
    const auto added = add("first", added_);
    ASSERT_TRUE(added.ok()) << added.error_message();
    cart::v1::GetCartResponse shown;
    const auto status = get("first", added_.token(), shown);
    ASSERT_TRUE(status.ok()) << status.error_message() << system_.log_of("projector");
  }

  KeelSystem system_;
  cart::v1::AddItemResponse added_;
};

TEST_F(IndependenceTest, QueriesGoOnWhileCommandsAreDown) {
  system_.kill("command");
  cart::v1::GetCartResponse shown;
  const auto status = get("first", "", shown);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(shown.cart().lines_size(), 1);
}

TEST_F(IndependenceTest, CommandsGoOnWhileProjectorsAreDownAndReadModelsCatchUpAfter) {
  system_.kill("projector");
  cart::v1::AddItemResponse added;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(add("second", added).ok());
  cart::v1::GetCartResponse shown;
  EXPECT_EQ(get("second", added.token(), shown, seconds(1)).error_code(), grpc::StatusCode::UNAVAILABLE);
  system_.start("projector");
  const auto status = get("second", added.token(), shown);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(shown.cart().lines_size(), 50);
}

TEST_F(IndependenceTest, WithTheBrokerDeadInAQuietLaneReadModelsStillReachTheHead) {
  system_.kill("broker");
  cart::v1::AddItemResponse added;
  ASSERT_TRUE(add("third", added).ok());
  cart::v1::GetCartResponse shown;
  const auto status = get("third", added.token(), shown, seconds(20));
  EXPECT_TRUE(status.ok()) << status.error_message() << system_.log_of("projector");
  EXPECT_EQ(unlike_the_fold(system_.journal(), system_.channel("query")), std::vector<std::string>{});
}

}  // namespace
}  // namespace keel::test
