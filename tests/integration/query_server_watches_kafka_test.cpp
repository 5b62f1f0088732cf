#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "integration/query_server_desk.hpp"

// Streams that show every newer state.
namespace keel::query {
namespace {

using inventory::Stock;
using purchase::Purchase;
using std::chrono::milliseconds;
namespace stock_api = inventory::v1;
namespace purchase_api = purchase::v1;

class QueryServerWatches : public QueryServerDesk {};

TEST_F(QueryServerWatches, AWatchShowsThePresentThenEveryNewerStateAndCanBeResumed) {
  start();
  auto token = world_.does<Stock>("s", test::receive("s", 1));
  grpc::ClientContext context;
  stock_api::WatchAvailabilityRequest request;
  request.set_sku("s");
  request.add_min_token(encode(token));
  auto watch = stock_->WatchAvailability(&context, request);
  stock_api::WatchAvailabilityResponse shown;
  ASSERT_TRUE(watch->Read(&shown));
  EXPECT_EQ(shown.availability().level().on_hand(), 1);
  for (int i = 2; i <= 5; ++i) {
    world_.does<Stock>("s", test::receive("s", 1));
    ASSERT_TRUE(watch->Read(&shown));
    EXPECT_EQ(shown.availability().level().on_hand(), i);
  }
  context.TryCancel();
  watch->Finish();

  token = world_.does<Stock>("s", test::receive("s", 1));
  grpc::ClientContext again;
  stock_api::WatchAvailabilityRequest resumed;
  resumed.set_sku("s");
  resumed.add_min_token(shown.token());
  auto next = stock_->WatchAvailability(&again, resumed);
  do {
    ASSERT_TRUE(next->Read(&shown));
  } while (shown.availability().level().on_hand() < 6);
  EXPECT_EQ(decode_token(shown.token())->position, token.position);
  again.TryCancel();
  next->Finish();
}

TEST_F(QueryServerWatches, APurchaseIsWatchedToItsEnd) {
  start();
  const auto bought = world_.does<Purchase>("p", test::buy("p", "s"));
  ASSERT_TRUE(get_purchase("p", {encode(bought)}).ok());
  EXPECT_EQ(purchase_.purchase().status(), purchase_api::PURCHASE_STATUS_REQUESTED);
  grpc::ClientContext context;
  limit(context);
  purchase_api::WatchPurchaseRequest request;
  request.set_purchase_id("p");
  request.add_min_token(encode(bought));
  auto watch = purchases_->WatchPurchase(&context, request);
  purchase_api::WatchPurchaseResponse shown;
  ASSERT_TRUE(watch->Read(&shown));
  EXPECT_EQ(shown.purchase().status(), purchase_api::PURCHASE_STATUS_REQUESTED);
  purchase_api::NoteRefusedRequest refused;
  refused.set_reason("OUT_OF_STOCK");
  world_.does<Purchase>("p", refused);
  ASSERT_TRUE(watch->Read(&shown));
  EXPECT_EQ(shown.purchase().status(), purchase_api::PURCHASE_STATUS_REFUSED);
  EXPECT_EQ(shown.purchase().reason(), "OUT_OF_STOCK");
  EXPECT_FALSE(watch->Read(&shown)) << "the stream ends by itself";
  EXPECT_TRUE(watch->Finish().ok());
}

TEST_F(QueryServerWatches, ManyWatchesOfManyPurchasesMissNoEnd) {
  start();
  constexpr int count = 64;
  std::vector<std::thread> watchers;
  std::atomic<int> ended = 0;
  for (int i = 0; i < count; ++i) {
    const auto id = "p-" + std::to_string(i);
    const auto token = encode(world_.does<Purchase>(id, test::buy(id, "s")));
    watchers.emplace_back([this, id, token, &ended] {
      grpc::ClientContext context;
      limit(context, milliseconds(30'000));
      purchase_api::WatchPurchaseRequest request;
      request.set_purchase_id(id);
      request.add_min_token(token);
      auto watch = purchases_->WatchPurchase(&context, request);
      purchase_api::WatchPurchaseResponse shown;
      while (watch->Read(&shown)) {
      }
      if (watch->Finish().ok() && shown.purchase().status() == purchase_api::PURCHASE_STATUS_REFUSED) ++ended;
    });
  }
  for (int i = 0; i < count; ++i) {
    purchase_api::NoteRefusedRequest refused;
    refused.set_reason("OUT_OF_STOCK");
    world_.does<Purchase>("p-" + std::to_string(i), refused, i % 2 == 0);
  }
  for (auto& watcher : watchers) watcher.join();
  EXPECT_EQ(ended, count);
}

TEST_F(QueryServerWatches, ASlowClientSkipsToTheLatest) {
  start();
  Token last = world_.does<Stock>("s", test::receive("s", 1));
  grpc::ClientContext context;
  limit(context, milliseconds(60'000));
  stock_api::WatchAvailabilityRequest request;
  request.set_sku("s");
  request.add_min_token(encode(last));
  auto watch = stock_->WatchAvailability(&context, request);
  stock_api::WatchAvailabilityResponse shown;
  ASSERT_TRUE(watch->Read(&shown));
  constexpr int changes = 300;
  for (int i = 0; i < changes; ++i) last = world_.does<Stock>("s", test::receive("s", 1), true);
  world_.publish_rest("inventory", last.lane);
  ASSERT_TRUE(get_availability("s", {encode(last)}).ok());
  int read = 0;
  do {
    ASSERT_TRUE(watch->Read(&shown));
    ++read;
  } while (decode_token(shown.token())->position < last.position);
  EXPECT_EQ(shown.availability().level().on_hand(), changes + 1);
  EXPECT_LT(read, changes) << "states that were over before they could be sent are not sent";
  context.TryCancel();
  watch->Finish();
}

TEST_F(QueryServerWatches, AWatchOfNothingIsNotFound) {
  start();
  grpc::ClientContext context;
  limit(context);
  purchase_api::WatchPurchaseRequest request;
  request.set_purchase_id("none");
  auto watch = purchases_->WatchPurchase(&context, request);
  purchase_api::WatchPurchaseResponse shown;
  EXPECT_FALSE(watch->Read(&shown));
  EXPECT_EQ(reason_of(watch->Finish()), "PURCHASE_NOT_FOUND");
}

TEST_F(QueryServerWatches, AStopEndsWatchesAndWaitingCallsAtOnce) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 1));
  grpc::ClientContext context;
  stock_api::WatchAvailabilityRequest request;
  request.set_sku("s");
  request.add_min_token(encode(token));
  auto watch = stock_->WatchAvailability(&context, request);
  stock_api::WatchAvailabilityResponse shown;
  ASSERT_TRUE(watch->Read(&shown));
  const auto began = std::chrono::steady_clock::now();
  server_->shutdown(milliseconds(20'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(10'000)) << "the watch ended, so nothing was open";
  EXPECT_FALSE(watch->Read(&shown));
  const auto status = watch->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(reason_of(status), "STOPPING");
}

}  // namespace
}  // namespace keel::query
