#include "actors/live_aggregate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "unit/live_aggregate_desk.hpp"

namespace keel::actors {
namespace {

// -- deciding ahead -------------------------------------------------------------------------------------------------

TEST_F(LiveAggregateTest, DecidesTheNextCommandBeforeThePreviousOneIsStored) {
  send({.amount = 1});
  send({.amount = 2});
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0].entry()->expected, Version{0});
  EXPECT_EQ(written[1].entry()->expected, Version{1});
  EXPECT_EQ(live->version(), Version{2});
}

TEST_F(LiveAggregateTest, TellsNothingBeforeItIsStored) {
  const auto first = send({.amount = 5});
  EXPECT_EQ(first->text(), "-");
  confirm();
  EXPECT_EQ(first->text(), "accepted 1 =5");
  EXPECT_EQ(std::get<Accepted>(*first->answer()).position, Position{1});
  EXPECT_EQ(std::get<Accepted>(*first->answer()).lane, Lane{3});
}

TEST_F(LiveAggregateTest, TellsARefusalOnlyWhenWhatItRestsOnIsDurable) {
  const auto taken = send({.amount = 1});
  const auto taken_away = send({.amount = -1});
  const auto refused = send({.amount = -1});
  EXPECT_NE(std::get_if<journal::AnswerOnly>(&written[2].what), nullptr);
  EXPECT_EQ(refused->text(), "-");
  confirm();
  confirm();
  EXPECT_EQ(refused->text(), "-");
  confirm();
  EXPECT_EQ(refused->text(), "refused COUNTER_BELOW_ZERO");
}

TEST_F(LiveAggregateTest, ARefusalThatRestedOnWhatWasNeverStoredIsNotTold) {
  send({.amount = 1});
  const auto refused = send({.amount = -2});
  drop(Drop::outcome_unknown);
  EXPECT_EQ(refused->text(), "outcome_unknown");
}

TEST_F(LiveAggregateTest, AnAcceptedNoOpStoresAReceiptAndNoEvent) {
  const auto nothing = send({.amount = 0});
  ASSERT_NE(written[0].entry(), nullptr);
  EXPECT_TRUE(written[0].entry()->events.empty());
  EXPECT_TRUE(written[0].entry()->receipt.has_value());
  confirm();
  EXPECT_EQ(nothing->text(), "accepted 0 =0");
}

TEST_F(LiveAggregateTest, ValidateOnlyStoresNothingAndChangesNothing) {
  const auto tried = send({.amount = 5, .validate_only = true});
  EXPECT_EQ(written[0].entry(), nullptr);
  EXPECT_EQ(live->version(), Version{0});
  confirm();
  EXPECT_EQ(tried->text(), "accepted 0 =5");
}

TEST_F(LiveAggregateTest, ComparesTheExpectedVersionWithTheOneItDecidesOn) {
  send({.amount = 1});
  const auto right = send({.amount = 1, .expected = Version{1}});
  const auto wrong = send({.amount = 1, .expected = Version{1}});
  EXPECT_EQ(written[2].entry(), nullptr);
  while (!written.empty()) confirm();
  EXPECT_EQ(right->text(), "accepted 2 =2");
  EXPECT_EQ(wrong->text(), "conflict 1 is 2");
}

TEST_F(LiveAggregateTest, NeverDecidesACommandWhoseDeadlineHasPassed) {
  const auto late = send({.amount = 1, .patience = milliseconds(0)});
  EXPECT_EQ(late->text(), "late");
  EXPECT_TRUE(written.empty());
  EXPECT_EQ(live->version(), Version{0});
}

TEST_F(LiveAggregateTest, RefusesAtOnceBeyondItsCap) {
  for (int i = 0; i < 4; ++i) send({});
  EXPECT_EQ(send({})->text(), "overloaded");
  confirm();
  EXPECT_EQ(send({})->text(), "-");
}

TEST_F(LiveAggregateTest, NamesItsSinkWithEveryItem) {
  send({});
  send({});
  EXPECT_EQ(sinks_named, 2);
}

// -- ending -----------------------------------------------------------------------------------------------------------

TEST_F(LiveAggregateTest, AfterItsEndItDecidesNothingAndHandsCallsBack) {
  const auto waiting = send({.request_id = test::ageless_id()});
  const auto lost = send({.amount = 1});
  drop(Drop::restarted);
  EXPECT_EQ(lost->text(), "restarted");
  EXPECT_EQ(handed_back.size(), 1U);
  const auto next = send({.amount = 1});
  EXPECT_EQ(handed_back.size(), 2U);
  EXPECT_EQ(waiting->text(), "-");
  EXPECT_EQ(next->text(), "-");
  EXPECT_TRUE(written.empty());
}

TEST_F(LiveAggregateTest, EveryReasonOfTheWriterHasItsOwnAnswer) {
  const std::vector<std::pair<Drop, std::string>> reasons{{Drop::restarted, "restarted"},
                                                          {Drop::outcome_unknown, "outcome_unknown"},
                                                          {Drop::journal_unavailable, "journal_unavailable"},
                                                          {Drop::late, "late"},
                                                          {Drop::fenced, "not_owner"}};
  for (const auto& [why, told] : reasons) {
    born(0);
    const auto call = send({});
    drop(why);
    EXPECT_EQ(call->text(), told);
  }
}

TEST_F(LiveAggregateTest, DroppedWithCallsInItItAnswersThemAll) {
  const auto in_flight = send({});
  const auto looked_up = send({.request_id = test::ageless_id()});
  live.reset();
  EXPECT_EQ(in_flight->text(), "restarted");
  EXPECT_EQ(looked_up->text(), "restarted");
}

TEST_F(LiveAggregateTest, AConfirmationOutOfOrderIsABug) {
  send({});
  send({});
  std::vector<Outcome> outcomes(1);
  outcomes[0].sequence = 2;
  EXPECT_THROW(live->confirmed(outcomes, false), std::logic_error);
}

// -- snapshots --------------------------------------------------------------------------------------------------------

TEST_F(LiveAggregateTest, TakesASnapshotAtTheDecisionOfEveryNthVersion) {
  for (int i = 0; i < 4; ++i) send({.amount = 2});
  EXPECT_FALSE(written[0].entry()->snapshot);
  EXPECT_FALSE(written[1].entry()->snapshot);
  ASSERT_TRUE(written[2].entry()->snapshot);
  EXPECT_FALSE(written[3].entry()->snapshot);
  testing::v1::CounterState state;
  state.ParseFromString(written[2].entry()->snapshot->state);
  EXPECT_EQ(state.value(), 6);
  EXPECT_EQ(written[2].entry()->snapshot->schema, domain::kind_of<testing::Counter>().schema);
}

TEST_F(LiveAggregateTest, TakesNoSnapshotBeforeTheEventsWeighAsMuchAsTheLastOne) {
  constexpr std::size_t last_one = 40;
  born(0, 0, last_one);
  std::size_t events = 0;
  bool taken = false;
  for (int i = 0; i < 60 && !taken; ++i) {
    send({.amount = 2});
    events += written.front().entry()->events.front().payload.size();
    taken = written.front().entry()->snapshot.has_value();
    EXPECT_TRUE(!taken || events >= last_one);
    confirm();
  }
  EXPECT_TRUE(taken);
  EXPECT_EQ(live->version().value % options.snapshot_every, 0);
}

TEST_F(LiveAggregateTest, AtRestItStoresASnapshotIfItIsWorthOne) {
  send({});
  confirm();
  EXPECT_FALSE(live->write_snapshot());
  send({});
  confirm();
  EXPECT_TRUE(live->write_snapshot());
  EXPECT_FALSE(live->idle());
  EXPECT_FALSE(written.front().entry()->receipt);
  confirm();
  EXPECT_TRUE(live->idle());
  EXPECT_FALSE(live->write_snapshot());
}

}  // namespace
}  // namespace keel::actors
