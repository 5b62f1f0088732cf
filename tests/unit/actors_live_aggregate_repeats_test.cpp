#include "actors/live_aggregate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "unit/live_aggregate_desk.hpp"

namespace keel::actors {
namespace {

// The same request id again: in flight, stored, or too old to be known without a look.

TEST_F(LiveAggregateTest, ARepeatInFlightJoinsTheFirstCall) {
  const Move move{.amount = 5, .request_id = make_uuid_v7(now)};
  const auto first = send(move);
  const auto repeat = send(move);
  EXPECT_EQ(written.size(), 1U);
  EXPECT_EQ(repeat->text(), "-");
  confirm();
  EXPECT_EQ(first->text(), "accepted 1 =5");
  EXPECT_EQ(repeat->text(), "accepted 1 =5 again");
  EXPECT_EQ(std::get<Accepted>(*repeat->answer()).position, std::get<Accepted>(*first->answer()).position);
}

TEST_F(LiveAggregateTest, AnIdInFlightWithAnotherBodyIsReusedOnceTheFirstIsStored) {
  const Uuid id = make_uuid_v7(now);
  send({.amount = 5, .request_id = id});
  const auto other = send({.amount = 6, .request_id = id});
  EXPECT_EQ(other->text(), "-");
  confirm();
  EXPECT_EQ(other->text(), "reused");
  EXPECT_EQ(live->version(), Version{1});
}

TEST_F(LiveAggregateTest, AnIdInFlightWithAnotherBodySharesTheFirstOnesTrouble) {
  const Uuid id = make_uuid_v7(now);
  send({.amount = 5, .request_id = id});
  const auto other = send({.amount = 6, .request_id = id});
  drop(Drop::late);
  EXPECT_EQ(other->text(), "late");
}

TEST_F(LiveAggregateTest, AnotherCallersUseOfAnIdIsReuse) {
  const Uuid id = make_uuid_v7(now);
  send({.amount = 5, .request_id = id});
  const auto stranger = send({.amount = 5, .request_id = id, .caller = "stranger"});
  confirm();
  EXPECT_EQ(stranger->text(), "reused");
}

TEST_F(LiveAggregateTest, ARepeatOfWhatIsStoredIsLookedUpAndToldAtOnce) {
  const Move move{.amount = 5, .request_id = make_uuid_v7(now)};
  send(move);
  confirm();
  const auto repeat = send(move);
  EXPECT_EQ(asked, std::vector<Uuid>{*move.request_id});
  EXPECT_TRUE(written.empty());
  answer_look_ups({receipt_of(move, 1, 5)});
  EXPECT_EQ(repeat->text(), "accepted 1 =5 again");
}

TEST_F(LiveAggregateTest, ARefusalIsNotRememberedSoItsRepeatIsANewDecision) {
  const Move move{.amount = -1, .request_id = make_uuid_v7(now)};
  const auto refused = send(move);
  send({.amount = 1});
  const auto repeat = send(move);
  while (!written.empty()) confirm();
  EXPECT_EQ(refused->text(), "refused COUNTER_BELOW_ZERO");
  EXPECT_EQ(repeat->text(), "accepted 2 =0");
}

TEST_F(LiveAggregateTest, AnIdThatIsOldOrAgelessIsLookedUpBeforeItsCommandIsDecided) {
  const Move ageless{.amount = 1, .request_id = test::ageless_id()};
  const Move old{.amount = 1, .request_id = make_uuid_v7(now - seconds(30))};
  const auto first = send(ageless);
  const auto second = send(old);
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_TRUE(written.empty());
  answer_look_ups({receipt_of(old, 7, 70)});
  EXPECT_EQ(written.size(), 1U);
  EXPECT_EQ(second->text(), "accepted 7 =70 again");
}

TEST_F(LiveAggregateTest, AYoungIdIsNotLookedUp) {
  send({.request_id = make_uuid_v7(now)});
  EXPECT_TRUE(asked.empty());
}

TEST_F(LiveAggregateTest, AnIdMadeWithinASecondOfTheLoadIsLookedUp) {
  const Timestamp loaded = now;
  born(0);
  now = loaded + milliseconds(999);
  send({.request_id = make_uuid_v7(now)});
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(LiveAggregateTest, WhatItForgetsMovesTheMomentFromWhichIdsAreYoung) {
  const Move first{.amount = 1, .request_id = make_uuid_v7(now)};
  send(first);
  confirm();
  const Timestamp received = now;
  now += seconds(4);
  send({.amount = 1});  // forgets the first one
  confirm();
  send({.amount = 1, .request_id = make_uuid_v7(received + milliseconds(500))});
  EXPECT_EQ(asked.size(), 1U);
  send({.amount = 1, .request_id = make_uuid_v7(received + milliseconds(1500))});
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(LiveAggregateTest, ARepeatWhileTheFirstIsLookedUpIsDecidedOnce) {
  const Move move{.amount = 5, .request_id = test::ageless_id()};
  const auto first = send(move);
  const auto repeat = send(move);
  answer_look_ups();
  EXPECT_EQ(written.size(), 1U);
  confirm();
  EXPECT_EQ(first->text(), "accepted 1 =5");
  EXPECT_EQ(repeat->text(), "accepted 1 =5 again");
}

TEST_F(LiveAggregateTest, ALookUpThatFindsAnotherBodyIsReuse) {
  const Uuid id = test::ageless_id();
  const auto misused = send({.amount = 5, .request_id = id});
  answer_look_ups({receipt_of({.amount = 6, .request_id = id}, 1, 6)});
  EXPECT_EQ(misused->text(), "reused");
  EXPECT_TRUE(written.empty());
}

TEST_F(LiveAggregateTest, ALookUpThatTheJournalDoesNotAnswerWritesNothing) {
  const auto call = send({.request_id = test::ageless_id()});
  std::vector<LookedUp> failed;
  failed.push_back({asked.front(), false, nullptr});
  live->looked_up(failed);
  EXPECT_EQ(call->text(), "journal_unavailable");
  EXPECT_TRUE(written.empty());
  EXPECT_TRUE(live->idle());
}

TEST_F(LiveAggregateTest, AReceiptThatTheWriterFindsWinsOverARefusal) {
  const Move move{.amount = -1, .request_id = make_uuid_v7(now)};
  const auto refused = send(move);
  find_receipt(Outcome::Kind::repeated, receipt_of(move, 4, 8));
  EXPECT_EQ(refused->text(), "accepted 4 =8 again");
  EXPECT_FALSE(live->ended());
}

TEST_F(LiveAggregateTest, AReceiptThatTheWriterFindsInsteadOfStoringEndsThisLife) {
  const Move move{.amount = 1, .request_id = make_uuid_v7(now)};
  const auto first = send(move);
  const auto repeat = send(move);
  find_receipt(Outcome::Kind::repeated, receipt_of(move, 4, 8));
  EXPECT_EQ(first->text(), "accepted 4 =8 again");
  EXPECT_EQ(repeat->text(), "accepted 4 =8 again");
  EXPECT_TRUE(live->ended());
}

TEST_F(LiveAggregateTest, AValidateOnlyCallNeverWaitsForALookUp) {
  send({.request_id = test::ageless_id(), .validate_only = true});
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(written.size(), 1U);
}

}  // namespace
}  // namespace keel::actors
