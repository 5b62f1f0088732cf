#include <gtest/gtest.h>

#include <chrono>

#include "integration/query_server_desk.hpp"
#include "support/captured_log.hpp"

// Bad input is refused by name.
namespace keel::query {
namespace {

using cart::Cart;
namespace cart_api = cart::v1;

class QueryServerRefusals : public QueryServerDesk {};

TEST_F(QueryServerRefusals, BadTokensAreRefused) {
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

TEST_F(QueryServerRefusals, UnknownIdsAreNotFound) {
  start();
  EXPECT_EQ(get_cart("nobody's").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(reason_of(get_cart("nobody's")), "CART_NOT_FOUND");
  EXPECT_EQ(reason_of(get_availability("none")), "SKU_NOT_FOUND");
  EXPECT_EQ(reason_of(list_reservations("none", 0, "")), "SKU_NOT_FOUND");
  EXPECT_EQ(reason_of(get_purchase("none")), "PURCHASE_NOT_FOUND");
  EXPECT_EQ(ops::detail_of(get_purchase("none"))->metadata.at("purchase"), "none");
}

TEST_F(QueryServerRefusals, ALineNamesTheTraceOfAQueryThatWasNotAnswered) {
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

TEST_F(QueryServerRefusals, IdsThatNoneCouldHaveAreRefused) {
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

TEST_F(QueryServerRefusals, ACallWithoutADeadlineIsRefused) {
  start();
  grpc::ClientContext context;
  const auto status = carts_->GetCart(&context, {}, &cart_);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reason_of(status), "DEADLINE_REQUIRED");
}

TEST_F(QueryServerRefusals, BytesThatAreNoRequestAreRefusedByName) {
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

TEST_F(QueryServerRefusals, TextThatIsNoUtf8IsRefusedByName) {
  start();
  const auto outcome =
      keel::testing::call(*channel_, "/keel.cart.v1.CartQueryService/GetCart", std::string("\x0a\x02\xc3\x28"));
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reason_of(outcome.status), "REQUEST_MALFORMED");
}

}  // namespace
}  // namespace keel::query
