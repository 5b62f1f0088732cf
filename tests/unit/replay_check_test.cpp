#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/aggregate_folds.hpp"
#include "replay/lane_order.hpp"
#include "support/messages.hpp"
#include "support/testing_context/counter.hpp"

// What `keel replay journal check` says of a lane's events, without a journal.
namespace keel::replay {
namespace {

using journal::RecordedEvent;
using keel::testing::Counter;
using keel::testing::v1::CounterMoved;
using keel::testing::v1::CounterState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Checking : public ::testing::Test {
 protected:
  RecordedEvent event(std::int64_t position, const std::string& id, std::int64_t version, std::int64_t value = 1) {
    CounterMoved moved;
    moved.set_value(value);
    RecordedEvent made;
    made.position = Position{position};
    made.epoch = Epoch{1};
    made.aggregate = {"Counter", id};
    made.version = Version{version};
    made.type = moved.GetTypeName();
    made.payload = moved.SerializeAsString();
    made.recorded_at = Timestamp(std::chrono::seconds(position));
    return made;
  }
  static journal::Snapshot snapshot(std::int64_t version, std::int64_t value) {
    CounterState state;
    state.set_value(value);
    return {Version{version}, Position{version}, domain::kind_of<Counter>().schema, state.SerializeAsString()};
  }
  /// Ends the folds.
  std::vector<std::string> kinds() {
    compared_ = folds_.end();
    std::vector<std::string> kinds;
    for (const auto& finding : found_) kinds.emplace_back(finding.kind);
    return kinds;
  }

  std::vector<Finding> found_;
  std::int64_t compared_ = 0;
  const Report report_ = [this](Finding finding) { found_.push_back(std::move(finding)); };
  LaneOrder order_{"testing", Lane{0}, 1, report_};
  AggregateFolds folds_{"testing", {&domain::kind_of<Counter>()}, Share{}, report_};
};

TEST_F(Checking, FindsNothingInADenseLane) {
  for (std::int64_t i = 1; i <= 3; ++i) order_.take(event(i, "a", i));
  order_.end(Position{3});
  EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(Checking, FindsAHoleOncePerHole) {
  for (const std::int64_t position : {1, 3, 4, 6}) order_.take(event(position, "a", position));
  EXPECT_THAT(kinds(), ElementsAre("hole", "hole"));
  EXPECT_EQ(found_[0].position, Position{3});
  EXPECT_EQ(found_[0].what, "position 3 follows 1");
}

TEST_F(Checking, FindsATailThatIsGone) {
  order_.take(event(1, "a", 1));
  order_.end(Position{3});
  ASSERT_THAT(kinds(), ElementsAre("hole"));
  EXPECT_EQ(found_[0].position, Position{2});
}

TEST_F(Checking, FindsEpochsAndTimesThatFall) {
  auto first = event(1, "a", 1);
  first.epoch = Epoch{2};
  order_.take(first);
  auto second = event(2, "a", 2);
  second.recorded_at = Timestamp{};
  order_.take(second);
  EXPECT_THAT(kinds(), ElementsAre("order", "order"));
}

TEST_F(Checking, FindsAnAggregateOutsideItsLane) {
  const auto home = lane_of("Counter", "a", 16);
  LaneOrder order("testing", Lane{(home.value + 1) % 16}, 16, report_);
  order.take(event(1, "a", 1));
  ASSERT_THAT(kinds(), ElementsAre("lane"));
  EXPECT_EQ(found_[0].what, "its aggregate lives in lane " + std::to_string(home.value));
}

TEST_F(Checking, FindsVersionsThatRepeatOrSkip) {
  folds_.take(event(1, "a", 1));
  folds_.take(event(2, "a", 1));
  folds_.take(event(3, "b", 2));
  EXPECT_THAT(kinds(), ElementsAre("version", "version"));
  EXPECT_EQ(found_[1].aggregate, (AggregateRef{"Counter", "b"}));
}

TEST_F(Checking, TellsTheFirstFindingOfAnAggregateOnly) {
  folds_.take(event(1, "a", 2));
  folds_.take(event(2, "a", 5));
  ASSERT_THAT(kinds(), ElementsAre("version"));
  EXPECT_EQ(found_[0].position, Position{1});
}

TEST_F(Checking, WhatWasFoundOfAnAggregateThatIsGivenAwayIsForTheOther) {
  for (int i = 0; i < 100; ++i) folds_.take(event(i + 1, std::to_string(i), 2));
  AggregateFolds rest("testing", {&domain::kind_of<Counter>()}, folds_.give_half_away(), report_);
  for (int i = 0; i < 100; ++i) rest.take(event(i + 1, std::to_string(i), 2));
  rest.end();
  EXPECT_EQ(kinds().size(), 100U) << "each once";
}

TEST_F(Checking, FindsUnknownEventsBrokenBytesAndStrangeAggregatesOnceEach) {
  auto unknown = event(1, "a", 1);
  unknown.type = "keel.testing.v1.Nothing";
  auto broken = event(2, "b", 1);
  broken.payload = "\xff\xff";
  auto strange = event(3, "c", 1);
  strange.aggregate.type = "Stranger";
  for (const auto& one : {unknown, broken, strange}) folds_.take(one);
  folds_.take(event(4, "a", 2));
  EXPECT_THAT(kinds(), ElementsAre("undecodable", "undecodable", "undecodable"));
}

TEST_F(Checking, ReadsOldEventsThroughTheirUpcasters) {
  auto old = event(1, "a", 1);
  old.type = "keel.testing.v1.CounterOpened";
  old.payload = tests::message<keel::testing::v1::CounterOpened>("starting_value: 7").SerializeAsString();
  folds_.expect(old.aggregate, snapshot(1, 7));
  folds_.take(old);
  EXPECT_THAT(kinds(), IsEmpty());
  EXPECT_EQ(compared_, 1);
}

TEST_F(Checking, ASnapshotMustBeTheFoldOfItsVersion) {
  folds_.expect({"Counter", "a"}, snapshot(2, 5));
  folds_.expect({"Counter", "b"}, snapshot(1, 6));
  folds_.take(event(1, "a", 1, 4));
  folds_.take(event(2, "a", 2, 5));
  folds_.take(event(3, "b", 1, 7));
  ASSERT_THAT(kinds(), ElementsAre("snapshot"));
  EXPECT_EQ(found_[0].aggregate, (AggregateRef{"Counter", "b"}));
  EXPECT_EQ(compared_, 2);
}

TEST_F(Checking, ASnapshotThatDoesNotDecodeIsFound) {
  auto broken = snapshot(1, 1);
  broken.state = "\xff\xff";
  folds_.expect({"Counter", "a"}, broken);
  folds_.take(event(1, "a", 1));
  EXPECT_THAT(kinds(), ElementsAre("snapshot"));
}

TEST_F(Checking, GivesHalfOfItsAggregatesAwayAndLooksAtThemNoMore) {
  for (int i = 0; i < 200; ++i) folds_.take(event(i + 1, std::to_string(i), 1));
  const auto given = folds_.give_half_away();
  EXPECT_LT(folds_.size(), 150U);
  EXPECT_GT(folds_.size(), 50U);
  AggregateFolds rest("testing", {&domain::kind_of<Counter>()}, given, report_);
  for (int i = 0; i < 200; ++i) rest.take(event(i + 1, std::to_string(i), 1));
  EXPECT_EQ(folds_.size() + rest.size(), 200U);
  for (int i = 0; i < 200; ++i) folds_.take(event(300 + i, std::to_string(i), 2));
  EXPECT_THAT(kinds(), IsEmpty()) << "versions of those that were given away are not missed";
}

}  // namespace
}  // namespace keel::replay
