#include "journal/placement.hpp"

#include <gtest/gtest.h>

namespace keel::journal {
namespace {

Entry entry(std::int32_t lane, int events) {
  Entry made;
  made.lane = Lane{lane};
  made.events.resize(static_cast<std::size_t>(events));
  return made;
}

TEST(Placement, EveryLaneGoesOnWhereItEnds) {
  const std::vector<HeldLane> lanes = {{Lane{1}, Epoch{1}, Position{10}}, {Lane{5}, Epoch{1}, Position{0}}};
  const Entry a = entry(1, 2);
  const Entry b = entry(5, 1);
  const Entry c = entry(1, 0);
  const Entry d = entry(1, 1);
  const std::vector<const Entry*> entries = {&a, &b, &c, &d};
  const auto placed = place({"cart", lanes, entries});
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->at(0).first, Position{11});
  EXPECT_EQ(placed->at(0).last, Position{12});
  EXPECT_EQ(placed->at(1).lane_index, 1u);
  EXPECT_EQ(placed->at(1).last, Position{1});
  EXPECT_EQ(placed->at(2).last, Position{12});
  EXPECT_EQ(placed->at(3).first, Position{13});
}

TEST(Placement, AnEntryOfNoLaneOfTheBatchHasNoPlace) {
  const std::vector<HeldLane> lanes = {{Lane{1}, Epoch{1}, Position{0}}};
  const Entry stray = entry(2, 1);
  const std::vector<const Entry*> entries = {&stray};
  EXPECT_FALSE(place({"cart", lanes, entries}));
}

TEST(Placement, LanesStandInOrderAndOnce) {
  const std::vector<HeldLane> backwards = {{Lane{2}, {}, {}}, {Lane{1}, {}, {}}};
  const std::vector<HeldLane> twice = {{Lane{1}, {}, {}}, {Lane{1}, {}, {}}};
  EXPECT_FALSE(place({"cart", backwards, {}}));
  EXPECT_FALSE(place({"cart", twice, {}}));
}

}  // namespace
}  // namespace keel::journal
