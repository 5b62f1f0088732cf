#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/lane_projector_desk.hpp"

// What cannot be folded is parked, and nothing else.
namespace keel::query {
namespace {

using cart::Cart;

class LaneProjectorParks : public LaneProjectorDesk {};

TEST_F(LaneProjectorParks, ParksTheEventsOfAPoisonedAggregateAndNoOthers) {
  add_lines(2, "good");
  add_lines(1, "bad");
  add_poison("bad");
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), head());
  EXPECT_EQ(version_of("good"), 3);
  EXPECT_EQ(version_of("bad"), 1) << "what came before the poison stays";
  ASSERT_EQ(store_->parked_events("carts").size(), 1U);
  EXPECT_EQ(store_->parked_events("carts").front().position, Position{4});
}

TEST_F(LaneProjectorParks, ParksLaterEventsOfAParkedAggregate) {
  add_poison("bad");
  begin();
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  add_lines(1, "good");
  bring(Position{2});
  bring(Position{3});
  work();
  EXPECT_EQ(stored(), Position{3});
  EXPECT_EQ(version_of("good"), 1);
  ASSERT_EQ(store_->parked_events("carts").size(), 2U);
  EXPECT_EQ(store_->parked_events("carts").back().reason, "follows a parked event");
}

TEST_F(LaneProjectorParks, RemembersWhatIsParkedAcrossARestart) {
  add_poison("bad");
  begin();
  begin();
  history_.happens(domain::kind_of<Cart>(), "bad", "keel.cart.v1.ItemAdded", "");
  bring(Position{2});
  work();
  EXPECT_EQ(store_->parked_events("carts").size(), 2U);
}

TEST_F(LaneProjectorParks, FindsPoisonAmongAThousandEventsByHalving) {
  for (int i = 0; i < 1'000; ++i) {
    if (i == 617) add_poison("bad");
    add_lines(1, "good-" + std::to_string(i % 50));
  }
  rules_.batch = 2'000;
  begin();
  EXPECT_EQ(stored(), Position{1'001});
  ASSERT_EQ(store_->parked_events("carts").size(), 1U);
  EXPECT_EQ(store_->parked_events("carts").front().position, Position{618});
  EXPECT_LE(store_->commits(), 2U * 11U + 1U);
  EXPECT_EQ(version_of("good-17"), 20);
}

TEST_F(LaneProjectorParks, ARowThatTheStoreRefusesForEverIsPoison) {
  store_->refuse_rows([](const Row& row) { return text_of(row.values[id_column]) == "bad"; });
  add_lines(1, "good");
  add_lines(1, "bad");
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), Position{3});
  EXPECT_EQ(version_of("good"), 2);
  EXPECT_EQ(store_->parked_events("carts").size(), 1U);
}

TEST_F(LaneProjectorParks, NeverParksWhatOnlyKafkaGotWrong) {
  add_lines(1);
  auto damaged = event(Position{1});
  damaged.payload = "\xff\xff";
  bring(damaged);
  work();
  EXPECT_EQ(stored(), Position{1});
  EXPECT_EQ(version_of("c-1"), 1);
  EXPECT_TRUE(store_->parked_events("carts").empty());
}

TEST_F(LaneProjectorParks, TenPoisonedAggregatesWithinAMinuteAreParked) {
  for (int i = 0; i < 10; ++i) add_poison("bad-" + std::to_string(i));
  add_lines(1, "good");
  begin();
  EXPECT_EQ(stored(), head());
  EXPECT_EQ(lane_projector_->state(now_), LaneState::following);
}

TEST_F(LaneProjectorParks, MoreThanTenNewlyParkedAggregatesWithinAMinuteStopTheLane) {
  for (int i = 0; i < 11; ++i) add_poison("bad-" + std::to_string(i));
  add_lines(1, "good");
  begin();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::stopped);
  EXPECT_FALSE(lane_projector_->reason().empty());
  EXPECT_EQ(stored(), Position{10}) << "the eleventh is not parked";
  now_ += std::chrono::hours(1);
  lane_projector_->head_seen(head(), true, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
}

TEST_F(LaneProjectorParks, ElevenPoisonedAggregatesOverALongTimeDoNotStopTheLane) {
  for (int i = 0; i < 11; ++i) {
    add_poison("bad-" + std::to_string(i));
    now_ += std::chrono::seconds(10);
    lane_projector_->head_seen(head(), true, now_);
    work();
  }
  EXPECT_EQ(stored(), Position{11});
  EXPECT_EQ(lane_projector_->state(now_), LaneState::following);
}

TEST_F(LaneProjectorParks, AVersionThatDoesNotFollowTheRowIsPoison) {
  add_lines(2);
  auto skipped = event(Position{2});
  skipped.position = Position{1};
  bring(skipped);
  work();
  EXPECT_EQ(version_of("c-1"), 2) << "the journal had the right one";
}

}  // namespace
}  // namespace keel::query
