#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "integration/query_server_desk.hpp"
#include "query/page_token.hpp"

// Lists, page by page.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using test::eventually;
namespace stock_api = inventory::v1;

class QueryServerPages : public QueryServerDesk {};

TEST_F(QueryServerPages, PagesShowEveryRowOnceInOrder) {
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

TEST_F(QueryServerPages, BadPagesAreRefused) {
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

TEST_F(QueryServerPages, StockAndReservationsAreListedInPages) {
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

}  // namespace
}  // namespace keel::query
