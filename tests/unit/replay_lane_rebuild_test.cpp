#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/aggregate_folder.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "replay/lane_rebuild.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// A lane rebuilt in memory against the same lane folded event by event.
namespace keel::replay {
namespace {

using cart::Cart;
using query::integer_of;
using query::Key;
using test::add_item;
using ::testing::HasSubstr;

class LaneRebuildTest : public ::testing::Test {
 protected:
  LaneRebuildTest() { store_->migrate(projection_); }

  void add_lines(int count, const std::string& cart) {
    for (int i = 0; i < count; ++i) history_.does<Cart>(cart, add_item(cart, "line-" + std::to_string(++lines_)));
  }
  void add_poison(const std::string& cart) {
    history_.happens(domain::kind_of<Cart>(), cart, "keel.cart.v1.ItemAdded", "\xff\xff");
  }

  Position head() const { return Position{static_cast<std::int64_t>(history_.events("cart", lane_).size())}; }

  LaneRebuild lanes(std::int64_t generation, LaneRebuildRules rules = {}) {
    LaneRebuild::Sessions sessions{store_->open(), *journal_store_->open(),
                                   *journal::scan_over(journal_store_->opener())()};
    return LaneRebuild(projection_, generation, history_.incarnation(), std::move(sessions), rules, pace_, progress_,
                       [this] { return ended_; });
  }
  Result<Done> rebuild(LaneRebuildRules rules = {}) { return lanes(2, rules).bring_up({"cart", lane_, head()}); }

  /// Generation 1, event by event, as a projector does it.
  void project() {
    const auto session = store_->open();
    const auto journal = *journal_store_->open();
    const auto place = session->checkpoints("carts", 1, "cart", std::vector{lane_}, history_.incarnation())->front();
    query::LaneProjector lane(projection_, {"cart", 1, place, {}}, {.batch = 1}, {}, now_);
    while (lane.position() < head()) {
      lane.heal();
      lane.work(*session, *journal, now_);
    }
  }

  Position position(std::int64_t generation) {
    return store_->open()
        ->checkpoints("carts", generation, "cart", std::vector{lane_}, history_.incarnation())
        ->front()
        .position;
  }
  std::vector<std::string> parked(std::int64_t generation) {
    const auto aggregates = store_->open()->parked("carts", generation, "cart");
    std::vector<std::string> ids;
    for (const auto& one : *aggregates) ids.push_back(one.aggregate.id);
    return ids;
  }
  void expect_the_same() {
    EXPECT_EQ(store_->rows("carts", 2), store_->rows("carts", 1));
    EXPECT_EQ(position(2), position(1));
    EXPECT_EQ(parked(2), parked(1));
  }

  const Lane lane_{0};
  const Timestamp now_ = system_now();
  query::Projection projection_ = query::carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = 1, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::shared_ptr<query::InMemoryReadStore> store_ = query::InMemoryReadStore::make();
  Pace pace_{0};
  LaneRebuild::Progress progress_;
  bool ended_ = false;
  int lines_ = 0;
};

TEST_F(LaneRebuildTest, IsWhatAProjectorMakesOfTheSameEvents) {
  for (int i = 0; i < 7; ++i) add_lines(3, "c-" + std::to_string(i % 4));
  project();
  ASSERT_TRUE(rebuild());
  expect_the_same();
  EXPECT_EQ(progress_.events, head().value);
}

TEST_F(LaneRebuildTest, WritesALaneThatFitsInOneStep) {
  add_lines(50, "c");
  ASSERT_TRUE(rebuild({.chunk = 7}));
  EXPECT_EQ(store_->commits(), 1U);
}

TEST_F(LaneRebuildTest, IsTheSameWhenTheLaneDoesNotFitIntoMemory) {
  for (int i = 0; i < 10; ++i) add_lines(2, "c-" + std::to_string(i % 3));
  project();
  const auto commits = store_->commits();
  ASSERT_TRUE(rebuild({.chunk = 3, .bytes = 1, .events_between_looks = 1}));
  expect_the_same();
  EXPECT_GT(store_->commits(), commits + 1);
}

TEST_F(LaneRebuildTest, GoesOnFromWhereAFormerRunStopped) {
  add_lines(5, "c");
  ASSERT_TRUE(rebuild());
  add_lines(4, "c");
  add_lines(2, "d");
  project();
  ASSERT_TRUE(rebuild());
  expect_the_same();
}

TEST_F(LaneRebuildTest, ParksPoisonAndWhatFollowsOfItsAggregateOnly) {
  add_lines(2, "bad");
  add_lines(2, "good");
  add_poison("bad");
  add_poison("bad");
  add_lines(2, "good");
  project();
  ASSERT_TRUE(rebuild({.chunk = 2}));
  expect_the_same();
  EXPECT_EQ(parked(2), std::vector<std::string>{"bad"});
  EXPECT_EQ(integer_of(store_->rows("carts", 2).at(Key{"bad"}).values[query::version_column]), 2);
  EXPECT_EQ(progress_.parked, 2);
}

TEST_F(LaneRebuildTest, ParksARowThatCannotBeStoredAsAProjectorDoes) {
  add_lines(2, "good");
  add_lines(3, "bad");
  store_->refuse_rows([](const query::Row& row) {
    return query::text_of(row.values[0]) == "bad" && integer_of(row.values[query::version_column]) > 2;
  });
  project();
  ASSERT_TRUE(rebuild());
  expect_the_same();
  EXPECT_EQ(parked(2), std::vector<std::string>{"bad"});
}

TEST_F(LaneRebuildTest, MorePoisonThanIsBelievableIsABug) {
  for (int i = 0; i < 4; ++i) add_poison("c-" + std::to_string(i));
  const auto done = rebuild({.max_parked = 3});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.fault().what, HasSubstr("4 aggregates cannot be folded"));
  EXPECT_EQ(position(2), Position{0});
}

TEST_F(LaneRebuildTest, AFaultOfTheStoreLeavesNothingBehindAndTheNextRunGoesOn) {
  add_lines(5, "c");
  project();
  store_->fail_next_commits(1);
  EXPECT_FALSE(rebuild());
  EXPECT_EQ(position(2), Position{0});
  ASSERT_TRUE(rebuild());
  expect_the_same();
}

TEST_F(LaneRebuildTest, AnAnswerThatWasLostIsNotWrittenTwice) {
  add_lines(5, "c");
  project();
  store_->lose_next_answer();
  EXPECT_FALSE(rebuild());
  EXPECT_EQ(position(2), Position{5});
  ASSERT_TRUE(rebuild());
  expect_the_same();
}

TEST_F(LaneRebuildTest, ADeadRunsLateCommitIsTakenAsItIs) {
  add_lines(5, "c");
  project();
  store_->before_next_commit([this] {
    auto other = lanes(2);
    ASSERT_TRUE(other.bring_up({"cart", lane_, Position{5}}));
  });
  ASSERT_TRUE(rebuild());
  expect_the_same();
}

TEST_F(LaneRebuildTest, EndsAtACheckpointWhenItIsTold) {
  add_lines(5, "c");
  ended_ = true;
  ASSERT_TRUE(rebuild());
  EXPECT_EQ(position(2), Position{0});
}

TEST_F(LaneRebuildTest, HandsOverToAProjectorWithoutLosingOrDoublingAnEvent) {
  add_lines(5, "c");
  ASSERT_TRUE(rebuild());
  add_lines(5, "c");
  const auto session = store_->open();
  const auto journal = *journal_store_->open();
  const auto place = session->checkpoints("carts", 2, "cart", std::vector{lane_}, history_.incarnation())->front();
  query::LaneProjector lane(projection_, {"cart", 2, place, {}}, {}, {}, now_);
  for (std::int64_t at = 3; at <= 10; ++at) {
    lane.receive(
        test::message_of("cart", history_.incarnation(), history_.events("cart", lane_, Position{at - 1}).front()),
        now_);
    lane.work(*session, *journal, now_);
  }
  project();
  expect_the_same();
}

TEST_F(LaneRebuildTest, AnotherIncarnationOfTheJournalIsRefused) {
  add_lines(5, "c");
  ASSERT_TRUE(rebuild());
  LaneRebuild::Sessions sessions{store_->open(), *journal_store_->open(),
                                 *journal::scan_over(journal_store_->opener())()};
  LaneRebuild other(projection_, 2, make_uuid_v7(now_), std::move(sessions), {}, pace_, progress_,
                    [] { return false; });
  const auto done = other.bring_up({"cart", lane_, Position{6}});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.fault().what, HasSubstr("another incarnation"));
}

TEST(Pace, KeepsBelowItsRate) {
  Pace pace(1'000);
  EXPECT_EQ(pace.portion(20'000), 100U);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) pace.spend(50, [] { return false; });
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(140));
}

}  // namespace
}  // namespace keel::replay
