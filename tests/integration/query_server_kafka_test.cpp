#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "keel/cart/v1/queries.grpc.pb.h"
#include "keel/inventory/v1/queries.grpc.pb.h"
#include "keel/purchase/v1/queries.grpc.pb.h"
#include "ops/error_status.hpp"
#include "query/page_token.hpp"
#include "support/captured_log.hpp"
#include "support/process.hpp"
#include "support/query_world.hpp"
#include "support/raw_client.hpp"

// The query edge over real gRPC, fed by real projectors.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using purchase::Purchase;
using std::chrono::milliseconds;
using test::eventually;
using test::QueryWorld;
namespace cart_api = cart::v1;
namespace stock_api = inventory::v1;
namespace purchase_api = purchase::v1;

class QueryServerTest : public ::testing::Test {
 protected:
  void start(QueryOptions options = {}, bool projectors = true) {
    if (projectors) {
      for (const char* projection : {"carts", "stock", "purchases"}) world_.project(projection);
    }
    options.look_every = milliseconds(100);
    server_ = &world_.serve(std::move(options));
    channel_ = world_.channel();
    carts_ = cart_api::CartQueryService::NewStub(channel_);
    stock_ = stock_api::InventoryQueryService::NewStub(channel_);
    purchases_ = purchase_api::PurchaseQueryService::NewStub(channel_);
    ASSERT_TRUE(eventually([this] { return keel::testing::health_of(*channel_, "") == 1; }));
  }

  static void limit(grpc::ClientContext& context, milliseconds patience = milliseconds(20'000)) {
    context.set_deadline(std::chrono::system_clock::now() + patience);
  }
  static std::string reason_of(const grpc::Status& status) {
    const auto detail = ops::detail_of(status);
    return detail ? detail->reason : "(none: " + status.error_message() + ")";
  }

  grpc::Status get_cart(const std::string& id, std::vector<std::string> tokens = {},
                        milliseconds patience = milliseconds(20'000)) {
    grpc::ClientContext context;
    limit(context, patience);
    cart_api::GetCartRequest request;
    request.set_cart_id(id);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return carts_->GetCart(&context, request, &cart_);
  }
  grpc::Status list_carts(const std::string& customer, int size, const std::string& page = {}) {
    grpc::ClientContext context;
    limit(context);
    cart_api::ListCartsRequest request;
    request.set_customer_id(customer);
    request.set_page_size(size);
    request.set_page_token(page);
    return carts_->ListCarts(&context, request, &listed_);
  }
  grpc::Status get_availability(const std::string& sku, std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    stock_api::GetAvailabilityRequest request;
    request.set_sku(sku);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return stock_->GetAvailability(&context, request, &availability_);
  }
  grpc::Status list_reservations(const std::string& sku, int size, const std::string& page,
                                 std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    stock_api::ListReservationsRequest request;
    request.set_sku(sku);
    request.set_page_size(size);
    request.set_page_token(page);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return stock_->ListReservations(&context, request, &reservations_);
  }
  grpc::Status get_purchase(const std::string& id, std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    purchase_api::GetPurchaseRequest request;
    request.set_purchase_id(id);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return purchases_->GetPurchase(&context, request, &purchase_);
  }
  Token later(Token token) const {
    token.position = token.position.plus(1'000);
    return token;
  }

  QueryWorld world_;
  QueryServer* server_ = nullptr;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<cart_api::CartQueryService::Stub> carts_;
  std::unique_ptr<stock_api::InventoryQueryService::Stub> stock_;
  std::unique_ptr<purchase_api::PurchaseQueryService::Stub> purchases_;
  cart_api::GetCartResponse cart_;
  cart_api::ListCartsResponse listed_;
  stock_api::GetAvailabilityResponse availability_;
  stock_api::ListReservationsResponse reservations_;
  purchase_api::GetPurchaseResponse purchase_;
};

// -- read your writes ------------------------------------------------------------------------------------------------

TEST_F(QueryServerTest, AQueryWithTheTokenOfAWriteSeesTheWrite) {
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

TEST_F(QueryServerTest, AvailabilityIsServedFromMemoryAndSeesTheWriteToo) {
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

TEST_F(QueryServerTest, TheAnswerSaysHowFreshItIs) {
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

TEST_F(QueryServerTest, SeveralTokensAreWaitedForTogether) {
  start();
  const auto first = world_.does<Cart>("c-1", test::add_item("c-1", "1"));
  const auto second = world_.does<Cart>("c-2", test::add_item("c-2", "1"));
  EXPECT_TRUE(get_cart("c-2", {encode(first), encode(second)}).ok());
}

TEST_F(QueryServerTest, AWriteThatIsNotVisibleBeforeTheDeadlineSaysSoInTime) {
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

TEST_F(QueryServerTest, WaitingCallsAreCapped) {
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

TEST_F(QueryServerTest, TheProjectorMayBeDown) {
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  world_.project("carts");
  ASSERT_TRUE(world_.visible("carts", token));
  world_.stop_projectors();
  start({}, false);
  EXPECT_TRUE(get_cart("c").ok());
}

// -- bad input -------------------------------------------------------------------------------------------------------

TEST_F(QueryServerTest, BadTokensAreRefused) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  for (const std::string wrong : {"", "x", "AAAA", "not base64!"}) {
    const auto status = get_cart("c", {wrong});
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(reason_of(status), "TOKEN_MALFORMED") << wrong;
  }
  auto no_lane = token;
  no_lane.lane = Lane{99};
  EXPECT_EQ(reason_of(get_cart("c", {encode(no_lane)})), "TOKEN_MALFORMED");
  auto foreign = token;
  foreign.context = "inventory";
  EXPECT_EQ(reason_of(get_cart("c", {encode(foreign)})), "TOKEN_FOREIGN");
  auto outdated = token;
  outdated.incarnation = make_uuid_v7(system_now());
  const auto status = get_cart("c", {encode(outdated)});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(reason_of(status), "TOKEN_OUTDATED");
  EXPECT_EQ(reason_of(get_cart("c", std::vector<std::string>(65, encode(token)))), "REQUEST_INVALID");
}

TEST_F(QueryServerTest, UnknownIdsAreNotFound) {
  start();
  EXPECT_EQ(get_cart("nobody's").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(reason_of(get_cart("nobody's")), "CART_NOT_FOUND");
  EXPECT_EQ(reason_of(get_availability("none")), "SKU_NOT_FOUND");
  EXPECT_EQ(reason_of(list_reservations("none", 0, "")), "SKU_NOT_FOUND");
  EXPECT_EQ(reason_of(get_purchase("none")), "PURCHASE_NOT_FOUND");
  EXPECT_EQ(ops::detail_of(get_purchase("none"))->metadata.at("purchase"), "none");
}

TEST_F(QueryServerTest, ALineNamesTheTraceOfAQueryThatWasNotAnswered) {
  start();
  const test::CapturedLog log;
  grpc::ClientContext context;
  limit(context);
  context.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  cart_api::GetCartRequest request;
  request.set_cart_id("nobody's");
  ASSERT_EQ(carts_->GetCart(&context, request, &cart_).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(log.with({"a query was not answered", "keel.cart.v1.GetCartRequest",
                      "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\""})
                .size(),
            1U);
}

TEST_F(QueryServerTest, IdsThatNoneCouldHaveAreRefused) {
  start();
  for (const auto& wrong : {std::string(), std::string(129, 'x'), std::string("a\0b", 3)}) {
    EXPECT_EQ(reason_of(get_cart(wrong)), "REQUEST_INVALID");
    EXPECT_EQ(reason_of(list_carts(wrong, 0)), "REQUEST_INVALID");
    EXPECT_EQ(reason_of(get_availability(wrong)), "REQUEST_INVALID");
    EXPECT_EQ(reason_of(list_reservations(wrong, 0, "")), "REQUEST_INVALID");
    EXPECT_EQ(reason_of(get_purchase(wrong)), "REQUEST_INVALID");
  }
  EXPECT_TRUE(ops::detail_of(get_cart(""))->violations.front().field == "cart_id");
}

TEST_F(QueryServerTest, ACallWithoutADeadlineIsRefused) {
  start();
  grpc::ClientContext context;
  const auto status = carts_->GetCart(&context, {}, &cart_);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reason_of(status), "DEADLINE_REQUIRED");
}

TEST_F(QueryServerTest, BytesThatAreNoRequestAreRefusedByName) {
  start();
  for (const char* method :
       {"cart.v1.CartQueryService/GetCart", "cart.v1.CartQueryService/ListCarts",
        "inventory.v1.InventoryQueryService/GetAvailability", "inventory.v1.InventoryQueryService/ListAvailability",
        "inventory.v1.InventoryQueryService/ListReservations", "inventory.v1.InventoryQueryService/WatchAvailability",
        "purchase.v1.PurchaseQueryService/GetPurchase", "purchase.v1.PurchaseQueryService/WatchPurchase"}) {
    const auto outcome = keel::testing::call(*channel_, std::string("/keel.") + method, "\xff\xff\xff");
    EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method;
    EXPECT_EQ(reason_of(outcome.status), "REQUEST_MALFORMED") << method;
  }
}

TEST_F(QueryServerTest, TextThatIsNoUtf8IsRefusedByName) {
  start();
  const auto outcome =
      keel::testing::call(*channel_, "/keel.cart.v1.CartQueryService/GetCart", std::string("\x0a\x02\xc3\x28"));
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reason_of(outcome.status), "REQUEST_MALFORMED");
}

// -- pages -----------------------------------------------------------------------------------------------------------

TEST_F(QueryServerTest, PagesShowEveryRowOnceInOrder) {
  Token last;
  start();
  std::vector<std::string> tokens;
  for (int i = 0; i < 25; ++i) {
    const auto id = "c-" + std::to_string(100 + i);
    last = world_.does<Cart>(id, test::add_item(id, "1", i % 5 == 0 ? "bob" : "ann"));
    ASSERT_TRUE(world_.visible("carts", last));
  }
  std::vector<std::string> ids;
  std::string page;
  do {
    ASSERT_TRUE(eventually([&] { return list_carts("ann", 7, page).ok(); }));
    EXPECT_LE(listed_.carts_size(), 7);
    for (const auto& cart : listed_.carts()) ids.push_back(cart.cart_id());
    page = listed_.next_page_token();
  } while (!page.empty());
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 20U);
  ASSERT_TRUE(list_carts("bob", 0).ok());
  EXPECT_EQ(listed_.carts_size(), 5);
  EXPECT_EQ(listed_.carts(0).totals().unit_count(), 2);
  ASSERT_TRUE(list_carts("nobody", 0).ok());
  EXPECT_EQ(listed_.carts_size(), 0);
}

TEST_F(QueryServerTest, BadPagesAreRefused) {
  start();
  for (int i = 0; i < 3; ++i) {
    const auto id = "c-" + std::to_string(i);
    ASSERT_TRUE(world_.visible("carts", world_.does<Cart>(id, test::add_item(id, "1"))));
  }
  EXPECT_EQ(reason_of(list_carts("ann", -1)), "PAGE_SIZE_NEGATIVE");
  EXPECT_EQ(reason_of(list_carts("ann", 1, "nonsense")), "PAGE_TOKEN_INVALID");
  ASSERT_TRUE(list_carts("ann", 1).ok());
  const auto token = listed_.next_page_token();
  EXPECT_EQ(reason_of(list_carts("bob", 1, token)), "PAGE_TOKEN_INVALID") << "another query's";
  EXPECT_TRUE(list_carts("ann", 1'000'000, token).ok()) << "a large size is made smaller";
  const auto forged = encode(PageToken{2, {"c-0"}}, "ListCarts ann");
  EXPECT_EQ(reason_of(list_carts("ann", 1, forged)), "PAGE_TOKEN_INVALID") << "another generation's";
}

TEST_F(QueryServerTest, StockAndReservationsAreListedInPages) {
  start();
  Token last;
  for (int i = 0; i < 5; ++i) last = world_.does<Stock>("s-" + std::to_string(i), test::receive("", 100));
  for (int i = 0; i < 9; ++i) last = world_.does<Stock>("s-1", test::reserve("", "r-" + std::to_string(i), 2));
  ASSERT_TRUE(list_reservations("s-1", 4, "", {encode(last)}).ok());
  EXPECT_EQ(reservations_.reservations_size(), 4);
  EXPECT_EQ(reservations_.reservations(0).reservation_id(), "r-0");
  EXPECT_EQ(reservations_.reservations(0).quantity(), 2);
  ASSERT_TRUE(list_reservations("s-1", 100, reservations_.next_page_token()).ok());
  EXPECT_EQ(reservations_.reservations_size(), 5);
  EXPECT_TRUE(reservations_.next_page_token().empty());

  stock_api::ListAvailabilityRequest request;
  request.set_page_size(3);
  stock_api::ListAvailabilityResponse reply;
  int shown = 0;
  do {
    grpc::ClientContext context;
    limit(context);
    ASSERT_TRUE(stock_->ListAvailability(&context, request, &reply).ok());
    shown += reply.availabilities_size();
    request.set_page_token(reply.next_page_token());
  } while (!reply.next_page_token().empty());
  EXPECT_EQ(shown, 5);
}

// -- parked ----------------------------------------------------------------------------------------------------------

TEST_F(QueryServerTest, ParkedAggregatesSaySo) {
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

// -- watches ---------------------------------------------------------------------------------------------------------

TEST_F(QueryServerTest, AWatchShowsThePresentThenEveryNewerStateAndCanBeResumed) {
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

TEST_F(QueryServerTest, APurchaseIsWatchedToItsEnd) {
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

TEST_F(QueryServerTest, ManyWatchesOfManyPurchasesMissNoEnd) {
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

TEST_F(QueryServerTest, ASlowClientSkipsToTheLatest) {
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

TEST_F(QueryServerTest, AWatchOfNothingIsNotFound) {
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

TEST_F(QueryServerTest, AStopEndsWatchesAndWaitingCallsAtOnce) {
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

// -- the read store comes and goes -----------------------------------------------------------------------------------

TEST_F(QueryServerTest, ALostReadStoreIsFoundAgain) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  world_.read().run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name LIKE 'keel query%'");
  EXPECT_TRUE(eventually([&] { return get_cart("c").ok(); }));
  const auto next = world_.does<Cart>("c", test::add_item("c", "2"));
  EXPECT_TRUE(eventually([&] { return get_cart("c", {encode(next)}).ok(); }));
}

TEST_F(QueryServerTest, AReadStoreThatIsNotThereIsToldByEveryCall) {
  QueryOptions options;
  options.dsn = "host=/nowhere dbname=none";
  ops::GrpcOptions grpc;
  grpc.listen = "127.0.0.1:0";
  const ReadModel models[] = {carts()};
  const auto server = QueryServer::start(grpc, options, models);
  ASSERT_TRUE(server);
  EXPECT_EQ((*server)->why_not_ready(), "not seen in the read store yet: carts");
  const auto channel =
      grpc::CreateChannel("127.0.0.1:" + std::to_string((*server)->port()), grpc::InsecureChannelCredentials());
  EXPECT_EQ(keel::testing::health_of(*channel, ""), 2) << "NOT_SERVING";
  const auto stub = cart_api::CartQueryService::NewStub(channel);
  grpc::ClientContext context;
  limit(context, milliseconds(500));
  cart_api::GetCartRequest request;
  request.set_cart_id("c");
  EXPECT_EQ(reason_of(stub->GetCart(&context, request, &cart_)), "READ_STORE_UNAVAILABLE");
}

TEST_F(QueryServerTest, AnotherLiveGenerationIsShownWithoutAPause) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 3));
  ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
  world_.stop_projectors();
  world_.read().run(
      "CREATE TABLE availability_g2 (LIKE availability_g1 INCLUDING ALL);"
      "INSERT INTO availability_g2 SELECT sku, version, changed_at, 77, reserved, 77, lane, position FROM "
      "availability_g1;"
      "GRANT SELECT ON availability_g2 TO keel_query;"
      "INSERT INTO checkpoints SELECT projection, 2, context, lane, incarnation, position, revision FROM checkpoints"
      " WHERE projection = 'stock';"
      "UPDATE projections SET live = 2 WHERE projection = 'stock'");
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(get_availability("s").ok()) << "at every moment";
    return availability_.availability().level().on_hand() == 77;
  }));
}

TEST_F(QueryServerTest, RowsThatChangedWithoutTheirPositionMovingAreSeenByTheirRevision) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 3));
  ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
  world_.stop_projectors();
  world_.read().run("UPDATE availability_g1 SET on_hand = 55; UPDATE checkpoints SET revision = revision + 1");
  EXPECT_TRUE(
      eventually([&] { return get_availability("s").ok() && availability_.availability().level().on_hand() == 55; }));
}

}  // namespace
}  // namespace keel::query
