#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "replay/promotion.hpp"
#include "support/replay_world.hpp"

// Which generation is queried, and what has to hold before another one is.
namespace keel::replay {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class PromotionTest : public ::testing::Test {
 protected:
  PromotionTest() {
    world_.add_carts(8, 3);
    world_.project(1);
    world_.rebuild();
  }

  std::string live() const { return world_.read().value("SELECT live || ' ' || version FROM projections"); }
  Attempt<Done> promote(std::int64_t from, std::int64_t to, const SwitchRules& rules = {.patience = milliseconds(50)}) {
    const auto store = world_.open();
    return switch_live(*store, {"carts", from, to}, rules, world_.deed("promote", to));
  }
  static std::string why(const Attempt<Done>& attempt) {
    const auto reason = attempt.why();
    const auto* refused = std::get_if<Refused>(&reason);
    return refused == nullptr ? "fault: " + std::get<Fault>(reason).what : refused->why;
  }

  test::ReplayWorld world_;
};

TEST_F(PromotionTest, SwitchesAndKeepsTheOneBeforeForARollBack) {
  ASSERT_TRUE(promote(1, 2));
  EXPECT_EQ(live(), "2 1");
  EXPECT_EQ(world_.read().value("SELECT previous FROM projections"), "1");
  ASSERT_TRUE(promote(2, 1));
  EXPECT_EQ(live(), "1 1");
}

TEST_F(PromotionTest, AGenerationThatIsBehindInOneLaneIsRefusedAndNothingChanges) {
  world_.add_lines(1, "c-1");
  world_.project(1);
  const auto refused = promote(1, 2);
  ASSERT_FALSE(refused);
  EXPECT_THAT(why(refused), HasSubstr("is behind: lane"));
  EXPECT_EQ(live(), "1 1");
  EXPECT_EQ(world_.read().value("SELECT count(*) FROM audit WHERE action = 'promote'"), "0");
}

TEST_F(PromotionTest, HoldsTheLiveGenerationStillUntilTheOtherHasCaughtUp) {
  world_.add_lines(1, "c-1");
  world_.project(1);
  std::thread promoting([&] { EXPECT_TRUE(promote(1, 2, {.patience = milliseconds(20'000)})); });
  while (world_.read().value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                             " AND application_name = 'keel replay' AND state LIKE '%in transaction%'") == "0") {
  }
  world_.project(2);
  promoting.join();
  EXPECT_EQ(live(), "2 1");
}

TEST_F(PromotionTest, AGenerationThatParksMoreThanTheLiveOneIsRefused) {
  world_.read().run("INSERT INTO parked VALUES ('carts', 2, 'cart', 0, 1, 'Cart', 'c-1', 'why', 1)");
  const auto refused = promote(1, 2);
  ASSERT_FALSE(refused);
  EXPECT_THAT(why(refused), HasSubstr("parks Cart/c-1"));
  world_.read().run("INSERT INTO parked VALUES ('carts', 1, 'cart', 0, 1, 'Cart', 'c-1', 'why', 1)");
  EXPECT_TRUE(promote(1, 2));
}

TEST_F(PromotionTest, ForcedItGoesThroughThoughItIsBehind) {
  world_.add_lines(1, "c-1");
  world_.project(1);
  EXPECT_TRUE(promote(1, 2, {.forced = true}));
  EXPECT_EQ(live(), "2 1");
}

TEST_F(PromotionTest, AGenerationThatIsBeingFilledIsRefusedEvenWhenForced) {
  world_.read().run("UPDATE generations SET state = 'filling' WHERE generation = 2");
  const auto refused = promote(1, 2, {.forced = true});
  ASSERT_FALSE(refused);
  EXPECT_THAT(why(refused), HasSubstr("filling"));
}

TEST_F(PromotionTest, OneOfAnotherIncarnationIsNotBehind) {
  world_.read().run(
      "UPDATE checkpoints SET incarnation = gen_random_uuid(), position = position + 99 WHERE generation = 1");
  EXPECT_TRUE(promote(1, 2));
}

TEST_F(PromotionTest, TellsTheListeningQueriesAndWritesTheDeedInTheSameTransaction) {
  ASSERT_TRUE(promote(1, 2));
  EXPECT_EQ(world_.read().value("SELECT action || ' ' || generation FROM audit ORDER BY id DESC LIMIT 1"), "promote 2");
}

}  // namespace
}  // namespace keel::replay
