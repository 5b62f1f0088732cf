#include "support/engine_world.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

class ActorsCalls : public EngineWorld {};

TEST_F(ActorsCalls, ACommandIsStoredAndAnsweredWithItsPlace) {
  start();
  EXPECT_EQ(told({.id = "a", .amount = 5}), "accepted 1 =5");
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  const auto events = store->events("testing");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].version, Version{2});
  EXPECT_EQ(events[1].type, "keel.testing.v1.CounterMoved");
}

TEST_F(ActorsCalls, CountsWhatItStoresAndShowsItsLimits) {
  options.limits.per_context = 77;
  start();
  told({.id = "a", .amount = 5});
  told({.id = "a", .amount = 2});
  const ops::Labels labels{{"context", "testing"}};
  const auto bytes = store->events("testing")[0].payload.size() + store->events("testing")[1].payload.size();
  EXPECT_EQ(metrics.counter("keel_append_events_total", "", labels).value(), 2U);
  EXPECT_EQ(metrics.counter("keel_append_bytes_total", "", labels).value(), bytes);
  EXPECT_EQ(metrics.gauge("keel_calls_limit", "", labels).value(), 77);
  EXPECT_NE(metrics.text().find("keel_bugs_total 0"), std::string::npos) << "an alert must see the first as a rise";
}

TEST_F(ActorsCalls, CommandsThatComeTogetherShareAnAppend) {
  start();
  told({.id = "a"});
  const auto before = store->append_count();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 100; ++i) heard.push_back(send({.id = "a"}));
  run();
  EXPECT_EQ(heard.back()->text(), "accepted 101 =101");
  EXPECT_LE(store->append_count() - before, 3U);
}

TEST_F(ActorsCalls, EveryCallIsAnsweredExactlyOnce) {
  start();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 50; ++i) heard.push_back(send({.id = std::to_string(i % 7), .amount = i % 3 - 1}));
  run();
  for (const auto& one : heard) EXPECT_EQ(one->times(), 1);
}

TEST_F(ActorsCalls, ARepeatAfterALoadGetsTheFirstReply) {
  start();
  const Move move{.id = "a", .amount = 5, .request_id = make_uuid_v7(now)};
  EXPECT_EQ(told(move), "accepted 1 =5");
  engine.reset();
  now += seconds(60);
  start();
  EXPECT_EQ(told(move), "accepted 1 =5 again");
  EXPECT_EQ(store->events("testing").size(), 1U);
}

TEST_F(ActorsCalls, ARepeatOfAnIdThatWasForgottenAddsNothing) {
  start();
  const Move move{.id = "a", .amount = 5, .request_id = make_uuid_v7(now)};
  told(move);
  pass(seconds(4));
  told({.id = "a"});  // forgets the first one
  EXPECT_EQ(told(move), "accepted 1 =5 again");
  EXPECT_EQ(store->events("testing").size(), 2U);
}

TEST_F(ActorsCalls, TheSameIdWithAnotherBodyIsRefusedBeforeAndAfterALoad) {
  start();
  const Uuid id = make_uuid_v7(now);
  told({.id = "a", .amount = 5, .request_id = id});
  EXPECT_EQ(told({.id = "a", .amount = 6, .request_id = id}), "reused");
  engine.reset();
  start();
  EXPECT_EQ(told({.id = "a", .amount = 6, .request_id = id}), "reused");
  EXPECT_EQ(told({.id = "a", .amount = 5, .request_id = id, .caller = "stranger"}), "reused");
}

TEST_F(ActorsCalls, OldIdsThatComeSoonAfterALookUpShareTheNext) {
  options.gather_look_ups = milliseconds(5);
  int look_ups = 0;
  loading->diagnose = [&look_ups](const auto& call) {
    ++look_ups;
    return call();
  };
  start();
  told({.id = "a", .amount = 1});
  const auto old = [this] { return make_uuid_v7(now - seconds(60)); };
  EXPECT_EQ(told({.id = "a", .amount = 1, .request_id = old()}), "accepted 2 =2") << "the first one waits for nobody";
  EXPECT_EQ(look_ups, 1);

  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 10; ++i) heard.push_back(ask({.id = "a", .amount = 1, .request_id = old()}));
  for (const auto& one : heard) EXPECT_EQ(one->times(), 0);
  pass(milliseconds(5), milliseconds(5));
  for (const auto& one : heard) EXPECT_EQ(one->times(), 1);
  EXPECT_EQ(heard.back()->text(), "accepted 12 =12");
  EXPECT_EQ(look_ups, 2);
}

TEST_F(ActorsCalls, TheSameIdOnAnotherAggregateOfTheLaneIsReuse) {
  lane_count = 1;
  store = journal::InMemoryStore::make({{"testing"}, lane_count, [this] { return now; }});
  start();
  pass(seconds(5));
  const Uuid id = make_uuid_v7(now);
  EXPECT_EQ(told({.id = "a", .amount = 5, .request_id = id}), "accepted 1 =5");
  pass(seconds(5));
  EXPECT_EQ(told({.id = "b", .amount = 5, .request_id = id}), "reused");
}

TEST_F(ActorsCalls, AWrongGuessOfAYoungIdIsFoundByTheJournalAndHarmsNobodyElse) {
  start();
  told({.id = "a", .amount = 1});
  const Uuid from_the_future = make_uuid_v7(now + seconds(20));
  const Move ahead{.id = "a", .amount = 5, .request_id = from_the_future};
  EXPECT_EQ(told(ahead), "accepted 2 =6");
  pass(seconds(5));
  told({.id = "a", .amount = 1});  // forgets it; by its time it is still young
  const auto repeat = send(ahead);
  const auto neighbour = send({.id = "b", .amount = 9});
  run();
  EXPECT_EQ(repeat->text(), "accepted 2 =6 again");
  EXPECT_EQ(neighbour->text(), "accepted 1 =9");
  EXPECT_EQ(told({.id = "a", .amount = 1}), "accepted 4 =8");
}

TEST_F(ActorsCalls, ARefusalIsToldOnlyWhenWhatItRestsOnIsDurable) {
  start();
  told({.id = "a", .amount = 1});
  hold_appends();
  send({.id = "a", .amount = -1});
  const auto refused = ask({.id = "a", .amount = -1});
  EXPECT_EQ(refused->text(), "-");
  let_appends_go();
  pass(seconds(2));
  EXPECT_EQ(refused->text(), "refused COUNTER_BELOW_ZERO");
}

TEST_F(ActorsCalls, ACommandThatComesTooLateIsNotDecided) {
  start();
  told({.id = "a"});
  const auto late = send({.id = "a", .amount = 5, .patience = milliseconds(100)});
  now += seconds(1);
  run();
  EXPECT_EQ(late->text(), "late");
  EXPECT_EQ(told({.id = "a", .amount = 1}), "accepted 2 =2");
}

// -- bulkheads
// ----------------------------------------------------------------------------------------------------------

TEST_F(ActorsCalls, BeyondTheCapOfAContextACallIsRefusedAtOnce) {
  options.limits = {.per_aggregate = 100, .per_context = 3, .per_process = 100, .per_caller = 100};
  start();
  for (int i = 0; i < 3; ++i) send({.id = std::to_string(i)});
  const auto refused = send({.id = "x"});
  EXPECT_EQ(refused->text(), "overloaded");
  run();
  EXPECT_EQ(told({.id = "x"}), "accepted 1 =1");
}

TEST_F(ActorsCalls, BeyondTheCapOfTheProcessACallIsRefusedAtOnce) {
  options.limits = {.per_aggregate = 100, .per_context = 100, .per_process = 2, .per_caller = 100};
  start();
  for (int i = 0; i < 2; ++i) send({.id = std::to_string(i)});
  EXPECT_EQ(send({.id = "x"})->text(), "overloaded");
}

TEST_F(ActorsCalls, OneCallersCrowdDoesNotShutOutAnother) {
  options.limits = {.per_aggregate = 100, .per_context = 100, .per_process = 100, .per_caller = 2};
  start();
  for (int i = 0; i < 2; ++i) send({.id = "a", .caller = "crowd"});
  EXPECT_EQ(send({.id = "b", .caller = "crowd"})->text(), "overloaded");
  const auto other = send({.id = "b", .caller = "other"});
  EXPECT_EQ(other->text(), "-");
  run();
  EXPECT_EQ(other->text(), "accepted 1 =1");
  EXPECT_EQ(told({.id = "b", .caller = "crowd"}), "accepted 2 =2");
}

TEST_F(ActorsCalls, BeyondTheCapOfAnAggregateACallIsRefusedWhileItLoads) {
  options.limits.per_aggregate = 3;
  start();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 4; ++i) heard.push_back(send({.id = "a"}));
  run();
  EXPECT_EQ(heard[2]->text(), "accepted 3 =3");
  EXPECT_EQ(heard[3]->text(), "overloaded");
}

TEST_F(ActorsCalls, BeyondTheCapOfAnAggregateACallIsRefusedWhileItsAnswersAreOnTheirWay) {
  options.limits.per_aggregate = 3;
  start();
  told({.id = "a"});
  hold_appends();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 4; ++i) heard.push_back(ask({.id = "a"}));
  EXPECT_EQ(heard[2]->text(), "-");
  EXPECT_EQ(heard[3]->text(), "overloaded");
}

TEST_F(ActorsCalls, ACallOfAKindThatTheEngineWasNotGivenIsABug) {
  start();
  domain::AggregateKind stranger = domain::kind_of<testing::Counter>();
  EXPECT_THROW(send({.kind = &stranger}), std::logic_error);
}

// -- what the journal does
// ------------------------------------------------------------------------------------------------

TEST_F(ActorsCalls, AnUnknownOutcomeIsToldAndTheNextCommandStandsOnTheTruth) {
  start();
  told({.id = "a", .amount = 1});
  store->lose_next_answer(journal::InMemoryStore::Lost::stored);
  const Move lost{.id = "a", .amount = 5, .request_id = make_uuid_v7(now)};
  EXPECT_EQ(told(lost), "outcome_unknown");
  EXPECT_EQ(told({.id = "a", .amount = 1}), "accepted 3 =7");
  EXPECT_EQ(told(lost), "accepted 2 =6 again");
}

TEST_F(ActorsCalls, AnUnknownOutcomeThatStoredNothingLeavesNoTrace) {
  start();
  told({.id = "a", .amount = 1});
  store->lose_next_answer(journal::InMemoryStore::Lost::nothing_stored);
  const Move lost{.id = "a", .amount = 5, .request_id = make_uuid_v7(now)};
  EXPECT_EQ(told(lost), "outcome_unknown");
  EXPECT_EQ(told(lost), "accepted 2 =6");
}

TEST_F(ActorsCalls, ASuccessorNeverLoadsBeforeThePredecessorsFateIsKnown) {
  start();
  told({.id = "a", .amount = 1});
  store->lose_next_answer(journal::InMemoryStore::Lost::stored_later);
  const auto lost = send({.id = "a", .amount = 5});
  run();
  EXPECT_EQ(lost->text(), "outcome_unknown");
  EXPECT_EQ(told({.id = "a", .amount = -6}), "accepted 3 =0");
}

TEST_F(ActorsCalls, AnUnknownOutcomeLeavesOtherAggregatesAlive) {
  start();
  told({.id = "a"});
  told({.id = "b"});
  const auto loaded = loads.size();
  store->lose_next_answer(journal::InMemoryStore::Lost::stored);
  told({.id = "a"});
  EXPECT_EQ(told({.id = "b"}), "accepted 2 =2");
  EXPECT_EQ(loads.size(), loaded);
}

TEST_F(ActorsCalls, ABatchThatIsPutOffIsStoredInTheEnd) {
  start();
  hold_appends();
  const auto patient = ask({.id = "a", .amount = 5});
  pass(seconds(1));
  EXPECT_EQ(patient->text(), "-");
  let_appends_go();
  pass(seconds(2));
  EXPECT_EQ(patient->text(), "accepted 1 =5");
}

TEST_F(ActorsCalls, ABatchThatIsPutOffBeyondItsDeadlineIsLate) {
  start();
  hold_appends();
  const auto heard = ask({.id = "a", .amount = 5, .patience = seconds(1)});
  pass(seconds(3));
  EXPECT_EQ(heard->text(), "late");
  let_appends_go();
  pass(seconds(2));
  EXPECT_EQ(told({.id = "a", .amount = 1}), "accepted 1 =1");
}

TEST_F(ActorsCalls, ABugInTheWritersMemoryMakesEverythingLoadAgain) {
  start();
  told({.id = "a", .amount = 1});
  told({.id = "b", .amount = 1});
  store->fail_next_append(journal::AppendOutcome::misplaced);
  EXPECT_EQ(told({.id = "a", .amount = 1}), "restarted");
  pass(seconds(1));
  const auto loaded = loads.size();
  EXPECT_EQ(told({.id = "b", .amount = 1}), "accepted 2 =2");
  EXPECT_EQ(told({.id = "a", .amount = 1}), "accepted 2 =2");
  EXPECT_GT(loads.size(), loaded);
  EXPECT_EQ(engine->state().stage, Stage::owning);
}

}  // namespace
}  // namespace keel::test
