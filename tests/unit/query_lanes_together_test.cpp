#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/aggregate_ref.hpp"
#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/lane_projector.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// Several lanes in one transaction, and what becomes of the others when one of them is in trouble.
namespace keel::query {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr std::int32_t lane_count = 3;

class LanesTogether : public ::testing::Test {
 protected:
  LanesTogether() {
    store_->migrate(projection_);
    session_ = store_->open();
    const std::array all{Lane{0}, Lane{1}, Lane{2}};
    const auto checkpoints = session_->checkpoints("carts", 1, "cart", all, history_.incarnation());
    for (const auto& checkpoint : *checkpoints) {
      places_.push_back({"cart", 1, checkpoint, {}});
      lanes_.push_back(std::make_unique<LaneProjector>(projection_, places_.back(), rules_, ProjectionMetrics{}, now_));
    }
    work();
  }

  void work() { LaneProjector::work_together(lanes(), *session_, *journal_, now_); }
  /// As often as it takes, pauses over.
  void settle() {
    for (int i = 0; i < 5; ++i) {
      now_ += rules_.last_pause;
      work();
    }
  }
  std::vector<LaneProjector*> lanes() const {
    std::vector<LaneProjector*> pointers;
    for (const auto& lane : lanes_) pointers.push_back(lane.get());
    return pointers;
  }

  /// A cart of that lane.
  static std::string cart_of(Lane lane) {
    for (int i = 0;; ++i) {
      auto id = "c-" + std::to_string(i);
      if (lane_of(cart::Cart::type, id, lane_count) == lane) return id;
    }
  }
  void add_line(Lane lane) {
    history_.does<cart::Cart>(cart_of(lane), test::add_item(cart_of(lane), "line-" + std::to_string(++lines_)));
  }
  void add_poison(Lane lane) {
    history_.happens(domain::kind_of<cart::Cart>(), cart_of(lane), "keel.cart.v1.ItemAdded", "\xff\xff");
  }
  /// Kafka brings what the lane lacks.
  void bring(Lane lane) {
    auto& projector = *lanes_[static_cast<std::size_t>(lane.value)];
    for (const auto& event : history_.events("cart", lane, projector.position())) {
      projector.receive(test::message_of("cart", history_.incarnation(), event), now_);
    }
  }
  std::vector<std::int64_t> stored() const {
    std::vector<std::int64_t> positions;
    for (std::int32_t lane = 0; lane < lane_count; ++lane) {
      positions.push_back(store_->checkpoint("carts", "cart", Lane{lane}).position.value);
    }
    return positions;
  }
  std::vector<std::int64_t> reached() const {
    std::vector<std::int64_t> positions;
    for (const auto& lane : lanes_) positions.push_back(lane->position().value);
    return positions;
  }
  LaneState state(Lane lane) const { return lanes_[static_cast<std::size_t>(lane.value)]->state(now_); }

  LaneRules rules_{};
  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  Projection projection_ = carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = lane_count, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::unique_ptr<journal::Journal> journal_ = *journal_store_->open();
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
  std::unique_ptr<ProjectionStore> session_;
  std::vector<LanePlace> places_;
  std::vector<std::unique_ptr<LaneProjector>> lanes_;
  int lines_ = 0;
};

TEST_F(LanesTogether, TakeInWhatCameInOneTransaction) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}, Lane{1}}) add_line(lane);
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_EQ(store_->commits(), 1U);
  EXPECT_THAT(stored(), ElementsAre(1, 2, 1));
  EXPECT_EQ(reached(), stored());
  for (const auto& [key, row] : store_->rows("carts")) {
    EXPECT_EQ(row.lane, lane_of(cart::Cart::type, text_of(key.front()), lane_count));
  }
}

TEST_F(LanesTogether, GoOnWhereTheyAre) {
  rules_.batch = 2;
  lanes_[0] = std::make_unique<LaneProjector>(projection_, places_[0], rules_, ProjectionMetrics{}, now_);
  for (int i = 0; i < 3; ++i) add_line(Lane{0});
  add_line(Lane{2});
  bring(Lane{2});
  work();
  EXPECT_THAT(stored(), ElementsAre(2, 0, 1)) << "one lane heals from the journal, another follows Kafka";
  work();
  EXPECT_THAT(stored(), ElementsAre(3, 0, 1));
  EXPECT_EQ(reached(), stored());
}

TEST_F(LanesTogether, PoisonOfOneIsParkedAndHoldsUpNobody) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) add_line(lane);
  add_poison(Lane{1});
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_THAT(stored(), ElementsAre(1, 1, 1)) << "the journal is asked before anything is parked";
  work();
  EXPECT_THAT(stored(), ElementsAre(1, 2, 1));
  ASSERT_EQ(store_->parked_events("carts").size(), 1U);
  add_line(Lane{2});
  history_.happens(domain::kind_of<cart::Cart>(), cart_of(Lane{1}), "keel.cart.v1.ItemAdded", "follows");
  bring(Lane{1});
  bring(Lane{2});
  const auto before = store_->commits();
  work();
  EXPECT_EQ(store_->commits(), before + 1) << "what follows poison is parked together with the others' rows";
  EXPECT_THAT(stored(), ElementsAre(1, 3, 2));
  EXPECT_EQ(store_->parked_events("carts").size(), 2U);
}

TEST_F(LanesTogether, ARowThatCannotBeStoredHoldsUpNobody) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) add_line(lane);
  store_->refuse_rows([](const Row& row) { return text_of(row.values.front()) == cart_of(Lane{0}); });
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_THAT(stored(), ElementsAre(0, 1, 1));
  work();
  EXPECT_THAT(stored(), ElementsAre(1, 1, 1));
  EXPECT_EQ(store_->parked_events("carts").size(), 1U);
}

/// A rival's rows do not follow from where the lane thinks it is; but nothing is parked on a checkpoint that moved.
TEST_F(LanesTogether, WhoIsOutrunFindsOutAndTheOthersGoOn) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) add_line(lane);
  LaneProjector rival(projection_, places_[1], rules_, ProjectionMetrics{}, now_);
  auto rivals_session = store_->open();
  auto rivals_journal = *journal_store_->open();
  store_->before_next_commit([&] { rival.work(*rivals_session, *rivals_journal, now_); });
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_THAT(stored(), Each(1));
  EXPECT_THAT(reached(), ElementsAre(1, 0, 1));
  settle();
  EXPECT_THAT(reached(), Each(1));
  EXPECT_TRUE(store_->parked_events("carts").empty());
  EXPECT_EQ(store_->commits(), 3U) << "the rival's and the two lanes'; nothing was folded twice";
}

TEST_F(LanesTogether, ALostAnswerIsFoundOutByTheCheckpoints) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) add_line(lane);
  store_->lose_next_answer();
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_THAT(reached(), Each(0)) << "they cannot know";
  session_ = store_->open();
  settle();
  EXPECT_THAT(reached(), Each(1));
  EXPECT_TRUE(store_->parked_events("carts").empty());
  EXPECT_EQ(store_->commits(), 1U) << "nothing was folded twice";
}

TEST_F(LanesTogether, AFaultOfAllIsTriedByEach) {
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) add_line(lane);
  store_->fail_next_commits(2);
  for (const Lane lane : {Lane{0}, Lane{1}, Lane{2}}) bring(lane);
  work();
  EXPECT_THAT(reached(), ElementsAre(0, 1, 1));
  EXPECT_EQ(state(Lane{0}), LaneState::pausing);
  now_ += rules_.first_pause;
  work();
  EXPECT_THAT(stored(), Each(1));
}

}  // namespace
}  // namespace keel::query
