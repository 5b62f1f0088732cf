#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "integration/query_server_desk.hpp"

// What one call sees: its own writes, and what is parked.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using std::chrono::milliseconds;
using test::eventually;
using test::QueryWorld;
namespace cart_api = cart::v1;

class QueryServerReads : public QueryServerDesk {};

// -- read your writes ------------------------------------------------------------------------------------------------

TEST_F(QueryServerReads, AQueryWithTheTokenOfAWriteSeesTheWrite) {
  start();
  for (int i = 1; i <= 20; ++i) {
    const auto token = world_.does<Cart>("c", test::add_item("c", std::to_string(i)));
    ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
    EXPECT_GE(cart_.cart().version(), i);
    EXPECT_EQ(cart_.cart().lines_size(), i);
  }
  EXPECT_EQ(cart_.cart().customer_id(), "ann");
  EXPECT_EQ(cart_.cart().status(), cart_api::CART_STATUS_OPEN);
  EXPECT_EQ(cart_.cart().totals().amount().minor_units(), 20 * 500);
  EXPECT_FALSE(cart_.cart().parked());
}

TEST_F(QueryServerReads, AvailabilityIsServedFromMemoryAndSeesTheWriteToo) {
  start();
  for (int i = 1; i <= 20; ++i) {
    const auto token = world_.does<Stock>("s", test::receive("s", 5));
    ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
    EXPECT_EQ(availability_.availability().level().available(), 5 * i);
    EXPECT_EQ(availability_.availability().version(), i);
  }
  world_.read().run("ALTER TABLE availability_g1 RENAME TO hidden");
  EXPECT_TRUE(get_availability("s").ok()) << "no table is needed";
}

TEST_F(QueryServerReads, TheAnswerSaysHowFreshItIs) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  ASSERT_EQ(cart_.as_of().tokens_size(), 1);
  const auto as_of = decode_token(cart_.as_of().tokens(0));
  EXPECT_EQ(as_of->lane, token.lane);
  EXPECT_GE(as_of->position, token.position);
  EXPECT_TRUE(get_cart("c", {cart_.as_of().tokens(0)}).ok()) << "and can be given back";
  ASSERT_TRUE(list_carts("ann", 10).ok());
  EXPECT_EQ(listed_.as_of().tokens_size(), QueryWorld::lane_count);
}

TEST_F(QueryServerReads, SeveralTokensAreWaitedForTogether) {
  start();
  const auto first = world_.does<Cart>("c-1", test::add_item("c-1", "1"));
  const auto second = world_.does<Cart>("c-2", test::add_item("c-2", "1"));
  EXPECT_TRUE(get_cart("c-2", {encode(first), encode(second)}).ok());
}

TEST_F(QueryServerReads, AWriteThatIsNotVisibleBeforeTheDeadlineSaysSoInTime) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  const auto status = get_cart("c", {encode(later(token))}, milliseconds(300));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_EQ(reason_of(status), "NOT_YET_VISIBLE");
  const auto detail = *ops::detail_of(status);
  EXPECT_EQ(decode_token(detail.metadata.at("as_of"))->position, token.position);
  EXPECT_TRUE(detail.retry_after);
}

TEST_F(QueryServerReads, WaitingCallsAreCapped) {
  QueryOptions options;
  options.max_waiting = 1;
  start(options);
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  std::atomic<bool> refused = false;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back([&] {
      grpc::ClientContext context;
      limit(context, milliseconds(1'500));
      cart_api::GetCartRequest request;
      request.set_cart_id("c");
      request.add_min_token(encode(later(token)));
      cart_api::GetCartResponse reply;
      const auto status = carts_->GetCart(&context, request, &reply);
      if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) return;
      refused = reason_of(status) == "TOO_MANY_WAITING" && ops::detail_of(status)->retry_after;
    });
  }
  for (auto& thread : waiting) thread.join();
  EXPECT_TRUE(refused);
  EXPECT_TRUE(get_cart("c").ok()) << "who need not wait is served";
}

TEST_F(QueryServerReads, TheProjectorMayBeDown) {
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  world_.project("carts");
  ASSERT_TRUE(world_.visible("carts", token));
  world_.stop_projectors();
  start(looking_every(milliseconds(100)), false);
  EXPECT_TRUE(get_cart("c").ok());
}

// -- parked ----------------------------------------------------------------------------------------------------------

TEST_F(QueryServerReads, ParkedAggregatesSaySo) {
  start();
  const auto good = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(good)}).ok());
  const auto bad = world_.happens_badly<Cart>("c");
  const auto status = get_cart("c", {encode(bad)});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(reason_of(status), "PARKED");
  ASSERT_TRUE(get_cart("c", {encode(good)}).ok()) << "the write before is there";
  EXPECT_TRUE(cart_.cart().parked());
  ASSERT_TRUE(list_carts("ann", 0).ok());
  EXPECT_TRUE(listed_.carts(0).parked());
  world_.happens_badly<Cart>("never-good");
  EXPECT_TRUE(eventually([&] { return reason_of(get_cart("never-good")) == "PARKED"; })) << "not: not found";
  world_.happens_badly<Stock>("s");
  EXPECT_TRUE(eventually([&] { return reason_of(get_availability("s")) == "PARKED"; }));
}

}  // namespace
}  // namespace keel::query
