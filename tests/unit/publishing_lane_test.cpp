#include "actors/publishing_lane.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace keel::actors {
namespace {

using namespace std::chrono_literals;

class LanePublicationRules : public testing::Test {
 protected:
  void hand_over(std::int64_t first, std::int64_t last) {
    for (auto position = first; position <= last; ++position) lane_.handed_over(Position{position});
  }
  void acknowledge(std::int64_t position) { lane_.reported(Position{position}, true, now_); }
  void fail(std::int64_t position) { lane_.reported(Position{position}, false, now_); }

  Doorbell::Instant now_ = Doorbell::Instant{} + 1h;
  LanePublication lane_{Position{10}, 8, {100ms, 400ms}};
};

TEST_F(LanePublicationRules, BeginsAfterTheAcknowledgedPosition) {
  EXPECT_EQ(lane_.produced(), Position{10});
  EXPECT_EQ(lane_.room(now_), 8U);
}

TEST_F(LanePublicationRules, OnlyTheNextEventMayBeHandedOver) {
  EXPECT_THROW(lane_.handed_over(Position{12}), std::logic_error);
  lane_.handed_over(Position{11});
  EXPECT_THROW(lane_.handed_over(Position{11}), std::logic_error);
}

TEST_F(LanePublicationRules, TakesOnlySoManyAtOnce) {
  hand_over(11, 18);
  EXPECT_EQ(lane_.room(now_), 0U);
  acknowledge(11);
  EXPECT_EQ(lane_.room(now_), 1U);
}

TEST_F(LanePublicationRules, AcknowledgedMovesOverAPrefixOnly) {
  hand_over(11, 14);
  acknowledge(12);
  acknowledge(13);
  EXPECT_EQ(lane_.acknowledged(), Position{10});
  acknowledge(11);
  EXPECT_EQ(lane_.acknowledged(), Position{13});
}

TEST_F(LanePublicationRules, AFailedDeliveryStopsTheLine) {
  hand_over(11, 13);
  fail(11);
  EXPECT_TRUE(lane_.stopped());
  EXPECT_EQ(lane_.room(now_ + 1h), 0U);
}

TEST_F(LanePublicationRules, RewindsOnlyAfterAllOutstandingReportsAreIn) {
  hand_over(11, 13);
  fail(12);
  acknowledge(11);
  EXPECT_TRUE(lane_.stopped());
  EXPECT_EQ(lane_.produced(), Position{13});
  acknowledge(13);
  EXPECT_FALSE(lane_.stopped());
  EXPECT_EQ(lane_.acknowledged(), Position{11});
  EXPECT_EQ(lane_.produced(), Position{11});
}

TEST_F(LanePublicationRules, NeverAcknowledgesBeyondAFailure) {
  hand_over(11, 14);
  acknowledge(13);
  acknowledge(14);
  fail(11);
  acknowledge(12);
  EXPECT_EQ(lane_.acknowledged(), Position{10});
  EXPECT_EQ(lane_.produced(), Position{10});
}

TEST_F(LanePublicationRules, WhatCameEarlyComesAgainInItsPlace) {
  hand_over(11, 13);
  fail(11);
  acknowledge(12);
  acknowledge(13);
  now_ += 1s;
  hand_over(11, 13);
  for (const auto position : {11, 12, 13}) acknowledge(position);
  EXPECT_EQ(lane_.acknowledged(), Position{13});
}

TEST_F(LanePublicationRules, PausesLongerWithEveryFailureInARow) {
  for (const auto pause : {100ms, 200ms, 400ms, 400ms}) {
    hand_over(11, 11);
    fail(11);
    EXPECT_EQ(lane_.resumes_at(), now_ + pause);
    EXPECT_EQ(lane_.room(now_ + pause - 1ms), 0U);
    EXPECT_EQ(lane_.room(now_ + pause), 8U);
    now_ += pause;
  }
}

TEST_F(LanePublicationRules, ProgressMakesPausesShortAgain) {
  for (int i = 0; i < 3; ++i) {
    hand_over(11, 11);
    fail(11);
  }
  hand_over(11, 12);
  acknowledge(11);
  fail(12);
  EXPECT_EQ(lane_.resumes_at(), now_ + 100ms);
}

TEST_F(LanePublicationRules, ARefusedEventIsAFailureThatWaitsForTheOthers) {
  hand_over(11, 12);
  lane_.refused(now_);
  EXPECT_TRUE(lane_.stopped());
  acknowledge(11);
  acknowledge(12);
  EXPECT_FALSE(lane_.stopped());
  EXPECT_EQ(lane_.produced(), Position{12});
  EXPECT_EQ(lane_.room(now_), 0U);
  EXPECT_EQ(lane_.room(now_ + 100ms), 8U);
}

TEST_F(LanePublicationRules, WithoutItsProducerItGoesOnAfterTheAcknowledgedPosition) {
  hand_over(11, 14);
  acknowledge(11);
  fail(13);
  lane_.producer_gone();
  EXPECT_EQ(lane_.produced(), Position{11});
  EXPECT_EQ(lane_.outstanding(), 0U);
  EXPECT_EQ(lane_.room(now_), 8U);
}

TEST_F(LanePublicationRules, AReportOfWhatIsNotOutstandingIsABug) {
  EXPECT_THROW(acknowledge(11), std::logic_error);
  hand_over(11, 12);
  acknowledge(12);
  EXPECT_THROW(acknowledge(12), std::logic_error);
  EXPECT_THROW(acknowledge(13), std::logic_error);
  EXPECT_THROW(acknowledge(10), std::logic_error);
}

}  // namespace
}  // namespace keel::actors
