#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/replay_world.hpp"

// A generation compared with the journal.
namespace keel::replay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    world_.add_carts(12, 4);
    world_.project(1);
  }

  Verification found(const VerifyOptions& options = {}) const {
    auto verified = world_.verify(1, options);
    if (!verified) throw std::runtime_error(std::get<Fault>(verified.why()).what);
    return *std::move(verified);
  }
  std::vector<std::string> differences() const {
    std::vector<std::string> lines;
    for (const auto& one : found().differences) {
      lines.push_back(std::string(name_of(one.kind)) + " " + one.key + " " + one.column + " " + one.found + " " +
                      one.expected);
    }
    return lines;
  }

  test::ReplayWorld world_;
};

TEST_F(VerifyTest, FindsNothingInWhatAProjectorMade) {
  const auto clean = found();
  EXPECT_EQ(clean.different, 0);
  EXPECT_EQ(clean.rows, 12);
  EXPECT_EQ(clean.events, 48);
  EXPECT_EQ(clean.lanes, test::ReplayWorld::lane_count);
}

TEST_F(VerifyTest, FindsNothingInWhatARebuildMade) {
  world_.rebuild();
  EXPECT_EQ(world_.verify(2)->different, 0);
}

TEST_F(VerifyTest, NamesKeyAndColumnOfTheOneThatWasChanged) {
  world_.read().run("UPDATE carts_g1 SET unit_count = 77 WHERE cart_id = 'c-5'");
  EXPECT_THAT(differences(), ElementsAre("changed cart_id=c-5 unit_count 77 8"));
}

TEST_F(VerifyTest, NamesEveryTypeOfColumn) {
  world_.read().run(
      "UPDATE carts_g1 SET customer_id = NULL, changed_at = 'epoch', state = '', position = 1"
      " WHERE cart_id = 'c-5'");
  EXPECT_EQ(found().different, 4);
}

TEST_F(VerifyTest, TellsAddedFromRemovedRows) {
  world_.read().run("UPDATE carts_g1 SET cart_id = 'nobody' WHERE cart_id = 'c-7'");
  EXPECT_THAT(differences(), ElementsAre("removed cart_id=c-7   ", "added cart_id=nobody   "));
}

TEST_F(VerifyTest, ARowInAForeignLaneIsADifference) {
  world_.read().run("UPDATE carts_g1 SET lane = 99 WHERE cart_id = 'c-7'");
  EXPECT_THAT(differences(), ElementsAre("removed cart_id=c-7   ", "added cart_id=c-7   "));
}

TEST_F(VerifyTest, WhatIsNotFoldedYetIsNoDifference) {
  world_.add_carts(12, 1);
  EXPECT_EQ(found().different, 0);
}

TEST_F(VerifyTest, LeavesParkedAggregatesOutAndNamesThem) {
  world_.add_poison("c-3");
  world_.project(1);
  world_.read().run("UPDATE carts_g1 SET unit_count = 77 WHERE cart_id = 'c-3'");
  const auto rest = found();
  EXPECT_EQ(rest.different, 0);
  EXPECT_THAT(rest.left_out, ElementsAre("Cart/c-3"));
}

TEST_F(VerifyTest, LeavesOutWhatThisCodeCannotFoldThoughTheTableHasIt) {
  world_.add_poison("c-3");
  world_.project(1);
  world_.read().run("DELETE FROM parked");
  const auto rest = found();
  EXPECT_EQ(rest.different, 0);
  EXPECT_THAT(rest.left_out, ElementsAre("Cart/c-3"));
}

TEST_F(VerifyTest, CountsAllDifferencesAndListsTheFirst) {
  world_.read().run("UPDATE carts_g1 SET unit_count = 77");
  const auto many = found({.max_differences = 5});
  EXPECT_EQ(many.different, 12);
  EXPECT_EQ(many.differences.size(), 5U);
}

TEST_F(VerifyTest, AnotherIncarnationIsRefused) {
  world_.read().run("UPDATE checkpoints SET incarnation = gen_random_uuid()");
  const auto refused = world_.verify(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<Refused>(refused.why()).kind, Refused::Kind::conflict);
}

/// Lanes that are far larger than what may be held of them: a worker has 24 KiB, a lane's fold takes several times
/// that.
class SmallVerifyTest : public VerifyTest {
 protected:
  SmallVerifyTest() {
    world_.add_carts(200, 2);
    world_.project(1);
  }
  static VerifyOptions small() { return {.workers = 2, .chunk = 50, .bytes = 48UL << 10U}; }
};

TEST_F(SmallVerifyTest, ComparesALaneInPartsWhenItIsLargerThanItsShareOfTheMemory) {
  const auto whole = found();
  const auto in_parts = found(small());
  EXPECT_EQ(whole.parts, test::ReplayWorld::lane_count);
  EXPECT_GE(in_parts.parts, 2 * whole.parts);
  EXPECT_EQ(in_parts.different, 0);
  EXPECT_EQ(in_parts.rows, 200);
  EXPECT_EQ(in_parts.events, whole.events);
}

TEST_F(SmallVerifyTest, FindsInPartsWhatItFindsInTheWhole) {
  world_.read().run(
      "UPDATE carts_g1 SET unit_count = unit_count + 1 WHERE cart_id LIKE 'c-%7';"
      " DELETE FROM carts_g1 WHERE cart_id = 'c-11'; UPDATE carts_g1 SET cart_id = 'nobody' WHERE cart_id = 'c-12'");
  const auto keys = [](const Verification& found) {
    std::vector<std::string> lines;
    for (const auto& one : found.differences) {
      lines.push_back(std::string(name_of(one.kind)) + " " + one.key + " " + one.column + " " + one.expected);
    }
    std::ranges::sort(lines);
    return lines;
  };
  const auto whole = found();
  const auto in_parts = found(small());
  EXPECT_EQ(whole.different, 20 + 1 + 2);
  EXPECT_EQ(in_parts.different, whole.different);
  EXPECT_EQ(keys(in_parts), keys(whole));
  EXPECT_EQ(in_parts.rows, whole.rows);
  EXPECT_GT(in_parts.parts, whole.parts);
}

TEST_F(SmallVerifyTest, RowsThatNobodyMadeAreHeldInPartsToo) {
  world_.read().run(
      "INSERT INTO carts_g1 SELECT (json_populate_record(c, json_build_object('cart_id', 'nobody-' || g))).*"
      " FROM carts_g1 c, generate_series(1, 300) AS g WHERE c.cart_id = 'c-5'");
  const auto many = found(small());
  EXPECT_EQ(many.different, 300);
  EXPECT_EQ(many.differences.size(), 300U);
}

TEST_F(SmallVerifyTest, LeavesParkedAggregatesOutOfEveryPartAndNamesEachOnce) {
  world_.add_poison("c-3");
  world_.add_poison("c-4");
  world_.project(1);
  world_.read().run("UPDATE carts_g1 SET unit_count = 77 WHERE cart_id IN ('c-3', 'c-8')");
  const auto rest = found(small());
  EXPECT_EQ(rest.different, 1);
  EXPECT_THAT(rest.left_out, ElementsAre("Cart/c-3", "Cart/c-4"));
}

TEST_F(SmallVerifyTest, OneAggregateThatDoesNotFitIsAFaultThatSaysWhatToDo) {
  const auto verified = world_.verify(1, {.workers = 2, .chunk = 50, .bytes = 200});
  ASSERT_FALSE(verified);
  EXPECT_THAT(std::get<Fault>(verified.why()).what, HasSubstr("say --memory"));
}

}  // namespace
}  // namespace keel::replay
