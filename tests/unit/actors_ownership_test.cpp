#include <algorithm>

#include "support/engine_world.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Taking lanes, standing by, losing them, giving them back.
class ActorsOwnership : public EngineWorld {};

TEST_F(ActorsOwnership, BeforeItStartsItAnswersNotOwner) {
  make_engine();
  EXPECT_EQ(told({}), "not_owner");
}

TEST_F(ActorsOwnership, AStandbyAnswersNotOwnerAndNamesWhoStandsInTheWay) {
  rival_takes_over();
  make_engine();
  engine->start();
  run();
  EXPECT_EQ(engine->state().stage, Stage::standby);
  ASSERT_FALSE(engine->state().rivals.empty());
  EXPECT_EQ(engine->state().rivals[0].owner.substr(0, 5), "rival");
  EXPECT_EQ(told({}), "not_owner");
}

TEST_F(ActorsOwnership, AStandbyTakesOverWhenTheLanesAreFree) {
  rival_takes_over();
  make_engine();
  engine->start();
  run();
  rival_goes_away();
  pass(seconds(2));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_EQ(told({}), "accepted 1 =1");
}

TEST_F(ActorsOwnership, FencedItDropsEverythingAndAnswersNotOwner) {
  start();
  told({.id = "a", .amount = 5});
  rival_takes_over();
  EXPECT_EQ(told({.id = "a", .amount = 1}), "not_owner");
  EXPECT_EQ(engine->state().stage, Stage::standby);
  EXPECT_EQ(in_memory(), 0);
  EXPECT_EQ(told({.id = "a", .amount = 1}), "not_owner");
  EXPECT_EQ(store->events("testing").size(), 1U);
}

TEST_F(ActorsOwnership, FencedWithoutACallOnItsWayItStandsByFromTheNextBeatOn) {
  start();
  told({.id = "a", .amount = 5});
  rival_takes_over();
  pass(seconds(2));
  EXPECT_EQ(engine->state().stage, Stage::standby);
  EXPECT_EQ(in_memory(), 0);
}

TEST_F(ActorsOwnership, AStaleOwnersRefusalIsNeverTold) {
  start();
  told({.id = "a", .amount = 1});
  rival_takes_over();
  EXPECT_EQ(told({.id = "a", .amount = -2}), "not_owner");
}

TEST_F(ActorsOwnership, FencedItNeverTakesBackByItself) {
  start();
  rival_takes_over();
  told({});
  for (int second = 0; second < 30; ++second) {
    ASSERT_TRUE(rival_session->beat(rival));
    pass(seconds(1));
  }
  EXPECT_EQ(engine->state().stage, Stage::standby);
}

TEST_F(ActorsOwnership, AfterTheRivalHasGoneItDecidesOnWhatTheRivalLeft) {
  start();
  told({.id = "a", .amount = 5});
  rival_takes_over();
  told({.id = "a", .amount = 1});
  rival_goes_away();
  pass(seconds(3));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_EQ(told({.id = "a", .amount = -5}), "accepted 2 =0");
}

TEST_F(ActorsOwnership, AJournalThatCannotBeReachedIsSaidAndTriedAgain) {
  store->refuse_sessions(true);
  make_engine();
  engine->start();
  run();
  EXPECT_EQ(engine->state().stage, Stage::standby);
  EXPECT_FALSE(engine->state().why.empty());
  store->refuse_sessions(false);
  pass(seconds(3));
  EXPECT_EQ(engine->state().stage, Stage::owning);
}

TEST_F(ActorsOwnership, ARestartOfTheJournalIsSurvived) {
  start();
  told({.id = "a", .amount = 5});
  store->disconnect_all();
  const Move repeated{.id = "a", .amount = 2, .request_id = make_uuid_v7(now)};
  const auto first = ask(repeated);
  for (int i = 0; i < 10; ++i) {
    pass(seconds(1));
    const auto again = ask(repeated);
    if (again->text().substr(0, 8) == "accepted") break;
  }
  EXPECT_EQ(told(repeated).substr(0, 15), "accepted 2 =7 a");
  EXPECT_EQ(store->events("testing").size(), 2U);
}

TEST_F(ActorsOwnership, EveryChangeOfStateIsTold) {
  start();
  rival_takes_over();
  told({});
  rival_goes_away();
  pass(seconds(3));
  engine->stop();
  EXPECT_EQ(stages.front(), Stage::standby);
  EXPECT_EQ(stages.back(), Stage::stopped);
  EXPECT_NE(std::find(stages.begin(), stages.end(), Stage::owning), stages.end());
  EXPECT_NE(std::find(stages.begin(), stages.end(), Stage::stopping), stages.end());
}

// -- stopping
// -------------------------------------------------------------------------------------------------------------

TEST_F(ActorsOwnership, AStopAnswersWhatIsOnItsWayAndLosesNothing) {
  start();
  told({.id = "a"});
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 20; ++i) heard.push_back(send({.id = i % 2 == 0 ? "a" : "b" + std::to_string(i)}));
  EXPECT_TRUE(engine->stop());
  std::size_t accepted = 0;
  for (const auto& one : heard) {
    EXPECT_EQ(one->times(), 1);
    if (one->text().substr(0, 8) == "accepted") ++accepted;
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_EQ(store->events("testing").size(), accepted + 1);
  EXPECT_EQ(engine->state().stage, Stage::stopped);
}

TEST_F(ActorsOwnership, WhileItStopsNewCallsAreRefused) {
  start();
  told({.id = "a"});
  hold_appends();
  const auto in_flight = ask({.id = "a", .patience = seconds(60)});
  EXPECT_FALSE(engine->stop(milliseconds(50)));
  EXPECT_EQ(engine->state().stage, Stage::stopping);
  EXPECT_EQ(told({.id = "a"}), "stopping");
  EXPECT_EQ(in_flight->text(), "-");
  let_appends_go();
  now += seconds(2);
  EXPECT_TRUE(engine->stop());
  EXPECT_EQ(in_flight->text(), "accepted 2 =2");
}

TEST_F(ActorsOwnership, CallsThatWaitForTheirAggregateAreAnsweredWhenItStops) {
  start();
  loading->load = [&](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the server is away"});
  };
  const auto waiting = ask({.id = "a"});
  EXPECT_TRUE(engine->stop());
  EXPECT_EQ(waiting->text(), "stopping");
}

TEST_F(ActorsOwnership, AStopKeepsDurableStates) {
  options.snapshot_at_rest_after = 2;
  start();
  told({.id = "a", .amount = 5});
  told({.id = "a", .amount = 5});
  EXPECT_TRUE(engine->stop());
  const auto snapshot = store->snapshot("testing", {"Counter", "a"});
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->version, Version{2});
}

TEST_F(ActorsOwnership, AStopGivesTheLanesBackAtOnce) {
  start();
  EXPECT_TRUE(engine->stop());
  rival_session = *store->open();
  ASSERT_TRUE(rival_session->beat(rival));
  const std::vector<std::string> contexts{"testing"};
  const auto taken = rival_session->take_over(rival, contexts, false);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->rivals.empty());
}

TEST_F(ActorsOwnership, AStopIsNotHeldUpByAJournalThatIsAway) {
  options.drain_calls = milliseconds(500);
  options.drain_snapshots = milliseconds(100);
  start();
  told({.id = "a"});
  hold_appends();
  const auto stuck = ask({.id = "a", .patience = seconds(600)});
  EXPECT_FALSE(engine->stop(seconds(8)));
  EXPECT_EQ(engine->state().stage, Stage::stopped);
  EXPECT_EQ(stuck->times(), 1);
  EXPECT_EQ(store->events("testing").size(), 1U);
}

TEST_F(ActorsOwnership, AStopOfAStandbyIsQuick) {
  rival_takes_over();
  make_engine();
  engine->start();
  run();
  EXPECT_TRUE(engine->stop(seconds(1)));
  EXPECT_EQ(engine->state().stage, Stage::stopped);
}

TEST_F(ActorsOwnership, DestroyedWithoutAStopItAnswersEverybody) {
  start();
  const auto heard = send({.id = "a"});
  engine.reset();
  EXPECT_EQ(heard->times(), 1);
}

}  // namespace
}  // namespace keel::test
