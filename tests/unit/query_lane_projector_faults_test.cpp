#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/lane_projector_desk.hpp"

// Faults of journal and read store, rivals and restarts.
namespace keel::query {
namespace {

class LaneProjectorFaults : public LaneProjectorDesk {};

TEST_F(LaneProjectorFaults, AFaultIsNeverParkedButTriedAgainLater) {
  add_lines(2);
  store_->fail_next_commits(2);
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  EXPECT_FALSE(lane_projector_->has_work(now_));
  now_ += rules_.first_pause;
  work();
  EXPECT_FALSE(lane_projector_->has_work(now_ + rules_.first_pause)) << "the second pause is longer";
  now_ += rules_.first_pause * 2;
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_TRUE(store_->parked_events("carts").empty());
}

TEST_F(LaneProjectorFaults, AJournalThatCannotBeReadIsAFault) {
  add_lines(2);
  lane_projector_->head_seen(head(), true, now_);
  journal_store_->fail_next_calls(1);
  work();
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(stored(), Position{2});
}

TEST_F(LaneProjectorFaults, ALostAnswerIsFoundOutByTheCheckpoint) {
  add_lines(2);
  store_->lose_next_answer();
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(position(), Position{0}) << "it cannot know";
  EXPECT_FALSE(session_->usable());
  session_ = store_->open();
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(position(), Position{2});
  EXPECT_EQ(version_of("c-1"), 2);
  EXPECT_EQ(store_->commits(), 1U) << "nothing was folded twice";
}

TEST_F(LaneProjectorFaults, AZombieLosesAgainstWhoeverMovedTheCheckpoint) {
  add_lines(4);
  LaneProjector rival(projection_, place_, rules_, ProjectionMetrics{}, now_);
  auto rivals_session = store_->open();
  auto rivals_journal = *journal_store_->open();
  store_->before_next_commit([&] { rival.work(*rivals_session, *rivals_journal, now_); });
  lane_projector_->head_seen(head(), true, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(rival.position(), Position{4});
  EXPECT_EQ(lane_projector_->state(now_), LaneState::pausing);
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(position(), Position{4});
  EXPECT_EQ(version_of("c-1"), 4);
  EXPECT_EQ(store_->commits(), 1U);
}

TEST_F(LaneProjectorFaults, AnotherRevisionOfTheCheckpointWinsToo) {
  add_lines(1);
  place_.checkpoint.revision = 1;
  lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(stored(), Position{0});
  now_ += rules_.first_pause;
  work();
  EXPECT_EQ(stored(), Position{1});
}

TEST_F(LaneProjectorFaults, ARestartMidBatchRepeatsNothingAndSkipsNothing) {
  rules_.batch = 3;
  add_lines(8);
  lane_projector_.emplace(projection_, place_, rules_, ProjectionMetrics{}, now_);
  lane_projector_->work(*session_, *journal_, now_);
  EXPECT_EQ(stored(), Position{3});
  begin();
  EXPECT_EQ(stored(), Position{8});
  EXPECT_EQ(version_of("c-1"), 8);
}

}  // namespace
}  // namespace keel::query
