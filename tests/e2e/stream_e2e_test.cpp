// The command stream of the built binary, on PostgreSQL.

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <iostream>
#include <thread>

#include "core/uuid.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "ops/error_status.hpp"
#include "support/command_stream.hpp"
#include "support/keel_system.hpp"
#include "support/raw_client.hpp"

namespace keel::test {
namespace {

using cart::v1::AddItemRequest;
using commands::v1::ExecuteRequest;
using keel::testing::add_item;
using keel::testing::CommandStream;
using std::chrono::seconds;

AddItemRequest one_more(const std::string& cart_id) {
  AddItemRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(make_uuid_v7(system_now()).text());
  request.set_sku("85123A");
  request.set_quantity(1);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(255);
  return request;
}

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() { system_.start("command"); }

  /// The response as it came, byte for byte.
  std::string unary(const AddItemRequest& request) {
    const auto outcome = keel::testing::call(*system_.channel("command"), "/keel.cart.v1.CartCommandService/AddItem",
                                             request.SerializeAsString());
    EXPECT_TRUE(outcome.status.ok()) << outcome.status.error_message();
    return outcome.bytes;
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << system_.log_of("command");
  }

  KeelSystem system_;
};

TEST_F(StreamTest, ACommandSentBothWaysIsStoredOnceAndAnsweredTheSame) {
  const AddItemRequest before = one_more("both");
  const AddItemRequest after = one_more("both");
  const std::string answered_before = unary(before);
  CommandStream stream(*system_.channel("command"));
  ExecuteRequest message;
  add_item(message, 1, before);
  add_item(message, 2, after);
  add_item(message, 3, after);
  ASSERT_TRUE(stream.send(message));
  const auto results = stream.results(3);
  ASSERT_EQ(results.size(), 3u) << stream.finish().error_message();
  EXPECT_EQ(results.at(1).response().value(), answered_before);
  EXPECT_TRUE(results.at(1).deduplicated());
  EXPECT_FALSE(results.at(2).deduplicated() && results.at(3).deduplicated());
  EXPECT_EQ(results.at(2).response().value(), results.at(3).response().value());
  EXPECT_EQ(unary(after), results.at(2).response().value());
  EXPECT_EQ(system_.journal().value("SELECT count(*) FROM events WHERE aggregate_id = 'both'"), "2");
}

/// 20,000 commands, of which one aggregate gets every fourth: each stored once, in the order sent.
TEST_F(StreamTest, AnImportIsStoredOnceAndInOrder) {
  constexpr int count = 20'000;
  CommandStream stream(*system_.channel("command"));
  std::jthread sender([&] {
    for (int first = 0; first < count; first += 200) {
      ExecuteRequest message;
      for (int i = first; i < first + 200; ++i) {
        auto request = one_more(i % 4 == 0 ? "one" : "cart-" + std::to_string(i % 2000));
        request.set_line_id(std::to_string(i % 4 == 0 ? i % 400 : i));
        request.set_sku(std::to_string(i % 4 == 0 ? i % 400 : i));
        add_item(message, i, request);
      }
      if (!stream.send(message)) break;
    }
    stream.close();
  });
  const auto results = stream.results(count);
  ASSERT_EQ(results.size(), static_cast<std::size_t>(count)) << stream.finish().error_message();
  std::int64_t last = 0;
  for (const auto& [index, result] : results) {
    ASSERT_TRUE(result.has_response()) << result.DebugString();
    if (index % 4 != 0) continue;
    cart::v1::AddItemResponse response;
    ASSERT_TRUE(response.ParseFromString(result.response().value()));
    ASSERT_GE(response.version(), last) << index;
    last = response.version();
  }
  EXPECT_TRUE(stream.finish().ok());
  EXPECT_EQ(system_.journal().value("SELECT count(*) FROM events"), std::to_string(count / 4 * 3 + 100));
}

TEST_F(StreamTest, AProcessThatIsToldToEndEndsItsStreamsAndDoesNotWaitForThem) {
  CommandStream stream(*system_.channel("command"));
  ExecuteRequest message;
  add_item(message, 1, one_more("last"));
  ASSERT_TRUE(stream.send(message));
  ASSERT_EQ(stream.results(1).size(), 1u);
  EXPECT_EQ(system_.stop("command"), 0) << system_.log_of("command");
  const grpc::Status end = stream.finish();
  EXPECT_EQ(end.error_code(), grpc::UNAVAILABLE);
  const auto detail = ops::detail_of(end);
  ASSERT_TRUE(detail) << end.error_message();
  EXPECT_EQ(detail->reason, "STOPPING");
}

}  // namespace
}  // namespace keel::test
