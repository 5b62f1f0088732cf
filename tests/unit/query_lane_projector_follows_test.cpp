#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/lane_projector_desk.hpp"

// A lane follows Kafka and heals from the journal, whatever Kafka does to it.
namespace keel::query {
namespace {

class LaneProjectorFollows : public LaneProjectorDesk {};

TEST_F(LaneProjectorFollows, HealsFromTheJournalToItsHeadAtTheStart) {
  add_lines(7);
  begin();
  EXPECT_EQ(stored(), Position{7});
  EXPECT_EQ(version_of("c-1"), 7);
  EXPECT_TRUE(lane_projector_->caught_up());
}

TEST_F(LaneProjectorFollows, TakesTheNextMessage) {
  add_lines(2);
  bring(Position{1});
  bring(Position{2});
  journal_store_->fail_next_calls(1'000);  // Kafka alone must do
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_EQ(store_->commits(), 1U);
}

TEST_F(LaneProjectorFollows, NeverAppliesARepeatedMessageTwice) {
  add_lines(2);
  for (const int position : {1, 1, 2, 1, 2, 2}) bring(Position{position});
  work();
  for (const int position : {1, 2}) bring(Position{position});
  work();
  EXPECT_EQ(stored(), Position{2});
  EXPECT_EQ(version_of("c-1"), 2);
}

TEST_F(LaneProjectorFollows, ReadsWhatIsMissingFromTheJournal) {
  add_lines(5);
  bring(Position{1});
  bring(Position{4});
  work();
  EXPECT_EQ(stored(), Position{5});
  EXPECT_EQ(version_of("c-1"), 5);
}

TEST_F(LaneProjectorFollows, HealsReorderedMessages) {
  add_lines(6);
  for (const int position : {2, 1, 4, 3, 6, 5}) {
    bring(Position{position});
    work();
  }
  EXPECT_EQ(stored(), Position{6});
  EXPECT_EQ(version_of("c-1"), 6);
}

TEST_F(LaneProjectorFollows, FollowsKafkaAgainAfterAHole) {
  add_lines(3);
  bring(Position{3});
  work();
  add_lines(1);
  const auto fourth = event(Position{4});
  journal_store_->fail_next_calls(1'000);
  bring(fourth);
  work();
  EXPECT_EQ(stored(), Position{4});
}

TEST_F(LaneProjectorFollows, ALostTailIsHealedAfterSilence) {
  add_lines(3);
  lane_projector_->head_seen(head(), false, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_)) << "Kafka may still bring it";
  now_ += rules_.silence;
  lane_projector_->head_seen(head(), false, now_);
  work();
  EXPECT_EQ(stored(), Position{3});
}

TEST_F(LaneProjectorFollows, WithoutABrokerItHealsAtOnce) {
  add_lines(3);
  lane_projector_->head_seen(head(), true, now_);
  work();
  EXPECT_EQ(stored(), Position{3});
}

TEST_F(LaneProjectorFollows, ASilentLaneThatIsNotBehindRests) {
  add_lines(1);
  begin();
  now_ += rules_.silence * 10;
  lane_projector_->head_seen(head(), true, now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
}

TEST_F(LaneProjectorFollows, IgnoresAMessageOfAnotherIncarnation) {
  add_lines(1);
  lane_projector_->receive(test::message_of("cart", make_uuid_v7(system_now()), event(Position{1})), now_);
  EXPECT_FALSE(lane_projector_->has_work(now_));
  EXPECT_EQ(stored(), Position{0});
}

TEST_F(LaneProjectorFollows, HealsInChunksOfABatch) {
  rules_.batch = 4;
  add_lines(10);
  begin();
  EXPECT_EQ(stored(), Position{10});
  EXPECT_EQ(store_->commits(), 3U);
}

}  // namespace
}  // namespace keel::query
