#include "actors/live_aggregate.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "support/counter_calls.hpp"

namespace keel::actors {
namespace {

using journal::Drop;
using journal::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Heard;
using test::Move;
using Answers = std::vector<std::string>;

/// One aggregate, with a writer that confirms when the test says so.
class LiveAggregateTest : public ::testing::Test, protected LiveAggregate::Surroundings {
 protected:
  LiveAggregateTest() { born(0); }

  /// A life that was loaded now, at this version and value.
  void born(std::int64_t version, std::int64_t value = 0, std::size_t until_snapshot = 0) {
    auto state = std::make_unique<testing::v1::CounterState>();
    state->set_value(value);
    live.emplace(domain::kind_of<testing::Counter>(), "a", Lane{3}, 1,
                 Restored{std::move(state), Version{version}, Version{version}, now, {}, until_snapshot}, options,
                 static_cast<LiveAggregate::Surroundings&>(*this));
    now += seconds(10);  // so that fresh ids are young
  }

  std::shared_ptr<Heard> send(const Move& move) {
    auto heard = std::make_shared<Heard>();
    live->take(std::make_unique<PendingCall>(call_of(move, now, heard), Ticket{}));
    return heard;
  }

  /// The writer confirms the next item.
  void confirm() {
    const auto item = std::move(written.front());
    written.pop_front();
    std::vector<Outcome> outcomes(1);
    outcomes[0].sequence = item.sequence;
    outcomes[0].position = Position{++position};
    outcomes[0].kind = item.entry() != nullptr ? Outcome::Kind::stored : Outcome::Kind::stands;
    if (item.entry() != nullptr) outcomes[0].version = item.entry()->version_after();
    live->confirmed(outcomes, false);
  }
  /// The writer drops all that it has.
  void drop(Drop why) {
    std::vector<Outcome> outcomes;
    for (const auto& item : written) {
      outcomes.push_back({item.sequence, Outcome::Kind::dropped, why, {}, {}, nullptr});
    }
    written.clear();
    live->confirmed(outcomes, true);
  }
  /// The writer finds a receipt for the next item, and takes nothing more.
  void find_receipt(Outcome::Kind kind, const journal::Receipt& receipt) {
    std::vector<Outcome> outcomes(1);
    outcomes[0].sequence = written.front().sequence;
    outcomes[0].kind = kind;
    outcomes[0].receipt = std::make_unique<journal::Receipt>(receipt);
    const bool ended = written.front().entry() != nullptr;
    written.pop_front();
    live->confirmed(outcomes, ended);
  }
  /// The journal answers every look-up so far.
  void answer_look_ups(const std::vector<journal::Receipt>& known = {}) {
    std::vector<LookedUp> found;
    for (const auto& id : std::exchange(asked, {})) {
      found.push_back({id, true, nullptr});
      for (const auto& receipt : known) {
        if (receipt.request_id == id) found.back().receipt = std::make_unique<journal::Receipt>(receipt);
      }
    }
    live->looked_up(found);
  }

  static journal::Receipt receipt_of(const Move& move, std::int64_t version, std::int64_t value) {
    testing::v1::MoveCounterResponse reply;
    reply.set_value(value);
    return {Lane{3},        *move.request_id, move.caller, {"Counter", "a"},
            print_of(move), Version{version}, Position{9}, reply.SerializeAsString()};
  }

  void write(journal::Item item) override { written.push_back(std::move(item)); }
  void look_up(const Uuid& id) override { asked.push_back(id); }
  void hand_back(std::unique_ptr<PendingCall> call) override { handed_back.push_back(std::move(call)); }
  std::shared_ptr<journal::Sink> sink() override {
    ++sinks_named;
    return nullptr;
  }

  Timestamp now{seconds(1'000'000)};
  LiveOptions options{.max_in_flight = 4,
                      .snapshot_every = 3,
                      .snapshot_at_rest_after = 2,
                      .remember_ids_for = milliseconds(3000),
                      .clock = [this] { return now; }};
  std::deque<journal::Item> written;
  std::vector<Uuid> asked;
  std::vector<std::unique_ptr<PendingCall>> handed_back;
  int sinks_named = 0;
  std::int64_t position = 0;
  std::optional<LiveAggregate> live;
};

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

// -- repeats ----------------------------------------------------------------------------------------------------------

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
