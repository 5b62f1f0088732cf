#include "actors/internal_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/derived_id.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "support/testing_context/counter.hpp"

namespace keel::actors {
namespace {

using keel::testing::v1::CounterMoved;
using keel::testing::v1::MoveCounterRequest;
using ::testing::HasSubstr;

const Uuid first_id = *parse_uuid("0190a0b0-c0d0-7000-8000-000000000001");
const Uuid second_id = *parse_uuid("0190a0b0-c0d0-7000-8000-000000000002");

class InternalCommand : public ::testing::Test {
 protected:
  static std::unique_ptr<MoveCounterRequest> move(const std::string& counter, std::int64_t amount) {
    auto command = std::make_unique<MoveCounterRequest>();
    command->set_counter_id(counter);
    command->set_amount(amount);
    return command;
  }
  MessageDirectory directory_{{&domain::kind_of<keel::testing::Counter>()}};
};

TEST_F(InternalCommand, FindsItsAggregate) {
  const auto call = directory_.call(move("c1", 5), first_id, "trace");
  ASSERT_TRUE(call) << call.fault().what;
  EXPECT_EQ(call->kind, &domain::kind_of<keel::testing::Counter>());
  EXPECT_EQ(call->rule->descriptor, MoveCounterRequest::descriptor());
  EXPECT_EQ(call->aggregate_id, "c1");
  EXPECT_EQ(call->caller, "keel");
  EXPECT_EQ(call->request_id, first_id);
  EXPECT_FALSE(call->expected_version);
  const auto& command = static_cast<const MoveCounterRequest&>(*call->command);
  EXPECT_EQ(command.request_id(), first_id.text());
  EXPECT_EQ(command.amount(), 5);
}

TEST_F(InternalCommand, CarriesTheTraceOfItsCause) {
  const auto call = directory_.call(move("c1", 5), first_id, "trace");
  type::v1::EventMetadata metadata;
  ASSERT_TRUE(metadata.ParseFromString(call->metadata));
  EXPECT_EQ(metadata.traceparent(), "trace");
  EXPECT_EQ(metadata.caller(), "keel");
  EXPECT_EQ(metadata.request_id(), std::string(first_id.bytes.begin(), first_id.bytes.end()));
}

TEST_F(InternalCommand, HeedsAnExpectedVersion) {
  auto command = move("c1", 5);
  command->set_expected_version(0);
  EXPECT_EQ(directory_.call(std::move(command), first_id, "")->expected_version, Version{0});
}

TEST_F(InternalCommand, FingerprintDoesNotRestOnTheRequestId) {
  EXPECT_EQ(directory_.call(move("c1", 5), first_id, "a")->fingerprint,
            directory_.call(move("c1", 5), second_id, "b")->fingerprint);
}

TEST_F(InternalCommand, FingerprintTellsCommandsApart) {
  const auto one = directory_.call(move("c1", 5), first_id, "")->fingerprint;
  EXPECT_NE(one, directory_.call(move("c1", 6), first_id, "")->fingerprint);
  EXPECT_NE(one, directory_.call(move("c2", 5), first_id, "")->fingerprint);
  EXPECT_NE(internal_fingerprint("ab", "c"), internal_fingerprint("a", "bc"));
}

TEST_F(InternalCommand, OfNoAggregateIsRefused) {
  const auto call = directory_.call(std::make_unique<CounterMoved>(), first_id, "");
  ASSERT_FALSE(call);
  EXPECT_THAT(call.fault().what, HasSubstr("keel.testing.v1.CounterMoved"));
}

TEST_F(InternalCommand, WithoutAnAggregatesIdIsRefused) {
  EXPECT_FALSE(directory_.call(move("", 5), first_id, ""));
  EXPECT_FALSE(directory_.call(move(std::string(129, 'x'), 5), first_id, ""));
  EXPECT_TRUE(directory_.call(move(std::string(128, 'x'), 5), first_id, ""));
}

TEST_F(InternalCommand, StoredMessagesAreReadByName) {
  const auto command =
      directory_.decode_command("keel.testing.v1.MoveCounterRequest", move("c1", 5)->SerializeAsString());
  ASSERT_TRUE(command) << command.fault().what;
  EXPECT_EQ(static_cast<const MoveCounterRequest&>(**command).amount(), 5);
  EXPECT_FALSE(directory_.decode_command("keel.testing.v1.CounterMoved", ""));
  EXPECT_TRUE(directory_.decode_event("keel.testing.v1.CounterMoved", ""));
  EXPECT_FALSE(directory_.decode_event("keel.testing.v1.Unknown", ""));
  EXPECT_FALSE(directory_.decode_event("keel.testing.v1.CounterMoved", "\xff"));
}

TEST(DerivedIds, AreOfVersionFive) {
  EXPECT_EQ(reaction_request_id("cart", Lane{3}, Position{17}, "reserve").version(), 5);
  EXPECT_EQ(timer_request_id("expire/p1", Timestamp{}).version(), 5);
}

// Stored receipts rest on these: they may never change.
TEST(DerivedIds, AreTheSameForEver) {
  EXPECT_EQ(reaction_request_id("cart", Lane{3}, Position{17}, "reserve").text(),
            "f14bbac6-80f8-5381-9f23-a6d177862672");
  EXPECT_EQ(timer_request_id("expire/p1", Timestamp(std::chrono::microseconds(1'700'000'000'000'001))).text(),
            "dd7c676a-bd0e-5757-92ee-5dcce1673e65");
}

TEST(DerivedIds, DifferByEventAndStep) {
  const auto id = reaction_request_id("cart", Lane{3}, Position{17}, "reserve");
  EXPECT_NE(id, reaction_request_id("cart", Lane{3}, Position{17}, "release"));
  EXPECT_NE(id, reaction_request_id("cart", Lane{3}, Position{18}, "reserve"));
  EXPECT_NE(id, reaction_request_id("cart", Lane{4}, Position{17}, "reserve"));
  EXPECT_NE(id, reaction_request_id("purchase", Lane{3}, Position{17}, "reserve"));
}

TEST(DerivedIds, DifferByKeyAndDueTime) {
  const Timestamp due{};
  EXPECT_NE(timer_request_id("a", due), timer_request_id("b", due));
  EXPECT_NE(timer_request_id("a", due), timer_request_id("a", due + std::chrono::microseconds(1)));
}

}  // namespace
}  // namespace keel::actors
