#include <gtest/gtest.h>

#include <set>

#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"
#include "bench/stream_driver.hpp"
#include "bench/workloads/carts.hpp"
#include "core/uuid.hpp"
#include "keel/cart/v1/commands.pb.h"
#include "keel/commands/v1/stream.pb.h"

namespace keel::bench {
namespace {

cart::v1::RemoveItemRequest removing(const std::string& cart_id, const std::string& line_id) {
  cart::v1::RemoveItemRequest request;
  request.set_cart_id(cart_id);
  request.set_line_id(line_id);
  return request;
}

TEST(RequestTemplate, MakesTheSameBytesAsTheMessageItself) {
  const RequestTemplate made(removing("cart-000", "line-a"), {"cart-000", "line-a"});
  EXPECT_EQ(text_of(made.with({"cart-042", "line-b"})), removing("cart-042", "line-b").SerializeAsString());
}

TEST(RequestTemplate, RefusesAPlaceThatIsNotThereOrThereTwice) {
  EXPECT_THROW(RequestTemplate(removing("cart", "line"), {"other"}), std::logic_error);
  EXPECT_THROW(RequestTemplate(removing("same", "same"), {"same"}), std::logic_error);
}

TEST(RequestTemplate, RefusesATextOfAnotherLengthAndAMissingOne) {
  const RequestTemplate made(removing("cart-000", "line"), {"cart-000"});
  EXPECT_THROW(made.with({"cart-1"}), std::logic_error);
  EXPECT_THROW(made.with({}), std::logic_error);
}

TEST(RequestIds, AreFreshVersionSevenIdsOfNow) {
  RequestIds ids;
  RequestIds others;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    seen.emplace(ids.next());
    seen.emplace(others.next());
  }
  EXPECT_EQ(seen.size(), 20'000U);
  for (const auto& text : seen) {
    const auto id = parse_uuid(text);
    ASSERT_TRUE(id) << text;
    ASSERT_EQ(id->version(), 7) << text;
    ASSERT_EQ(id->bytes[8] >> 6, 2) << text;
    ASSERT_LT(std::chrono::abs(id->made_at() - system_now()), std::chrono::minutes(1)) << text;
  }
}

TEST(Carts, AreFilledAndThenEmptiedInTheSameOrder) {
  const auto workload = spread_over_carts("run-", 2);
  const auto methods = workload->methods();
  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    const Request request = workload->next();
    cart::v1::AddItemRequest read;
    ASSERT_TRUE(read.ParseFromString(text_of(request.body)));
    seen.push_back(read.cart_id() + (std::string(methods[request.method]).ends_with("AddItem") ? " in" : " out"));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"run-0000000 in", "run-0000001 in", "run-0000000 out", "run-0000001 out",
                                            "run-0000000 in"}));
}

TEST(StreamedCarts, AreOneReadableRequestWithEveryIndex) {
  const auto commands = streamed_carts("run-", 10);
  commands::v1::ExecuteRequest request;
  ASSERT_TRUE(request.ParseFromString(text_of(commands->next({first_index, first_index + 7, first_index + 1'023}))));
  ASSERT_EQ(request.items_size(), 3);
  EXPECT_EQ(request.items(1).index(), first_index + 7);
  cart::v1::AddItemRequest add;
  ASSERT_TRUE(request.items(2).command().UnpackTo(&add));
  EXPECT_EQ(add.cart_id(), "run-0000002");
}

}  // namespace
}  // namespace keel::bench
