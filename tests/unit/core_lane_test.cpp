#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/aggregate_ref.hpp"

namespace keel {
namespace {

// Stored lanes rest on these values for ever. They were computed by another program in another language.
TEST(LaneHash, IsFnv1a64OverTypeZeroAndId) {
  EXPECT_EQ(lane_hash("Cart", "cart-1"), 0x5054eca75aa5bd5dU);
  EXPECT_EQ(lane_hash("Stock", "85123A"), 0x28d7839b6cd1e283U);
  EXPECT_EQ(lane_hash("Purchase", "018bcfe5-6800-7000-8000-00000000000a"), 0xf3eb11ab9fd36b92U);
  EXPECT_EQ(lane_hash("Stock", "größe/ñ 1"), 0xee243f66ec6aff4eU);
  EXPECT_EQ(lane_hash("Counter", std::string(128, 'x')), 0x1d39d99e2730f959U);
  EXPECT_EQ(lane_hash("", ""), 0xaf63bd4c8601b7dfU);
}

TEST(LaneHash, TellsTypeAndIdApart) { EXPECT_NE(lane_hash("Cart", "a"), lane_hash("Car", "ta")); }

TEST(LaneOf, IsTheHashModuloTheLaneCount) {
  EXPECT_EQ(lane_of("Cart", "cart-1", 16), (Lane{13}));
  EXPECT_EQ(lane_of("Stock", "85123A", 16), (Lane{3}));
  EXPECT_EQ(lane_of("Cart", "cart-1", 1), (Lane{0}));
}

TEST(LaneOf, UsesEveryLane) {
  std::set<Lane> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(lane_of("Cart", "cart-" + std::to_string(i), 16));
  EXPECT_EQ(seen.size(), 16U);
  EXPECT_EQ(seen.begin()->value, 0);
  EXPECT_EQ(seen.rbegin()->value, 15);
}

TEST(AggregateRef, IsEqualOnlyWithTypeAndId) {
  EXPECT_EQ((AggregateRef{"Cart", "1"}), (AggregateRef{"Cart", "1"}));
  EXPECT_NE((AggregateRef{"Cart", "1"}), (AggregateRef{"Stock", "1"}));
  EXPECT_NE((AggregateRef{"Cart", "1"}), (AggregateRef{"Cart", "2"}));
}

}  // namespace
}  // namespace keel
