#include "support/operators_world.hpp"

namespace keel::test {
namespace {

using ops::ActorAction;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

constexpr auto every_way_to_end = {ActorAction::restart, ActorAction::stop, ActorAction::crash};

/// What operators may ask of aggregates.
class ActorsOperators : public OperatorsWorld {
 protected:
  void quarantine_a() {
    options.aggregates.max_restarts = 2;
    start();
    told({.id = "a", .amount = 5});
    for (int crash = 0; crash < 3; ++crash) {
      EXPECT_EQ(ordered(named("a"), ActorAction::crash), "taken");
      pass(seconds(1));
    }
    ASSERT_EQ(told({.id = "a"}), "quarantined");
  }
};

// -- restart and crash ----------------------------------------------------------------------------------------------

TEST_F(ActorsOperators, ARestartAnswersCallsInFlightAndTheAggregateComesBackByTheRules) {
  start();
  told({.id = "a", .amount = 5});
  hold_appends();
  const auto in_flight = ask({.id = "a", .amount = 3});
  EXPECT_EQ(ordered(named("a"), ActorAction::restart), "taken");
  EXPECT_EQ(in_flight->text(), "restarted");
  let_appends_go();
  const auto next = ask({.id = "a"});
  EXPECT_EQ(next->text(), "-") << "it pauses, as after a failure";
  pass(seconds(2));
  EXPECT_TRUE(next->text().starts_with("accepted")) << next->text();
  EXPECT_EQ(history("Counter a"), (Lines{"crashed: restarted by an operator: why",
                                         "backing_off: restarted by an operator: why", "restarted"}));
}

TEST_F(ActorsOperators, ACrashIsTheAggregatesOwnAndNobodyElses) {
  start();
  told({.id = "a"});
  told({.id = "b"});
  EXPECT_EQ(ordered(named("a"), ActorAction::crash), "taken");
  EXPECT_EQ(told({.id = "b"}), "accepted 2 =2");
  EXPECT_EQ(history("Counter a"),
            (Lines{"crashed: crashed by an operator: why", "backing_off: crashed by an operator: why"}));
  pass(seconds(1));
  EXPECT_EQ(told({.id = "a"}), "accepted 2 =2");
}

TEST_F(ActorsOperators, CrashesBeyondTheIntensityQuarantineAndALiftedQuarantineTakesCommandsAgain) {
  quarantine_a();
  EXPECT_EQ(possible(named("a")), "lift_quarantine");
  EXPECT_EQ(ordered(named("a"), ActorAction::restart), "not_possible");
  EXPECT_EQ(ordered(named("a"), ActorAction::lift_quarantine), "taken");
  EXPECT_EQ(in_memory(), 0) << "it loads at the next call, not before";
  EXPECT_EQ(history("Counter a").back(), "stopped: quarantine lifted by an operator: why");
  EXPECT_EQ(metrics.gauge("keel_aggregates_quarantined", "").value(), 0);
  EXPECT_EQ(told({.id = "a"}), "accepted 2 =6");
  EXPECT_EQ(history("Counter a").back(), "recovered");
  for (const auto& group : groups(0)) EXPECT_EQ(group.troubled, 0);
}

TEST_F(ActorsOperators, ALiftedAggregateBeginsWithoutItsPast) {
  quarantine_a();
  ASSERT_EQ(ordered(named("a"), ActorAction::lift_quarantine), "taken");
  told({.id = "a"});
  EXPECT_EQ(ordered(named("a"), ActorAction::crash), "taken");
  pass(seconds(1));
  EXPECT_EQ(told({.id = "a"}), "accepted 3 =7");
}

TEST_F(ActorsOperators, AQuarantineIsLiftedByItsNodeToo) {
  quarantine_a();
  const auto lane = std::to_string(lane_of("Counter", "a", lane_count).value);
  const auto shown = node("command/testing/lane " + lane + "/aggregates/Counter a");
  ASSERT_NE(shown, 0U);
  EXPECT_EQ(ordered(shown, ActorAction::lift_quarantine), "taken");
  EXPECT_EQ(told({.id = "a"}), "accepted 2 =6");
}

TEST_F(ActorsOperators, ALiftedAggregateThatStillCannotBeReadIsQuarantinedAgain) {
  store_event({"Counter", "a"}, "keel.testing.v1.FromTheFuture", "");
  start();
  ASSERT_EQ(told({.id = "a"}), "quarantined");
  EXPECT_EQ(ordered(named("a"), ActorAction::lift_quarantine), "taken");
  EXPECT_EQ(told({.id = "a"}), "quarantined");
  EXPECT_EQ(possible(named("a")), "lift_quarantine");
  EXPECT_TRUE(history("Counter a").back().starts_with("quarantined"));
}

TEST_F(ActorsOperators, ALiftedAggregateWaitsForAJournalThatIsAway) {
  quarantine_a();
  ASSERT_EQ(ordered(named("a"), ActorAction::lift_quarantine), "taken");
  const auto through = std::exchange(loading->load, [](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the journal is away"});
  });
  const auto in_vain = ask({.id = "a", .patience = seconds(1)});
  pass(seconds(8));
  EXPECT_EQ(in_vain->text(), "journal_unavailable");
  EXPECT_NE(history("Counter a").back(), "recovered");
  loading->load = through;
  EXPECT_EQ(told({.id = "a"}), "accepted 2 =6");
  EXPECT_EQ(history("Counter a").back(), "recovered");
}

// -- stop -----------------------------------------------------------------------------------------------------------

TEST_F(ActorsOperators, AStoppedAggregateThatIsIdleLeavesMemoryAtOnce) {
  start();
  told({.id = "a", .amount = 5});
  EXPECT_EQ(ordered(named("a"), ActorAction::stop), "taken");
  EXPECT_EQ(in_memory(), 0);
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  EXPECT_EQ(history("Counter a"), (Lines{"stopped: stopped by an operator: why"}));
}

TEST_F(ActorsOperators, AStopLetsWhatIsInFlightEndAndCallsWaitForTheNextLife) {
  start();
  told({.id = "a"});
  hold_appends();
  const auto in_flight = ask({.id = "a", .amount = 5, .patience = seconds(60)});
  EXPECT_EQ(ordered(named("a"), ActorAction::stop), "taken");
  EXPECT_EQ(possible(named("a")), "restart crash");
  const auto later = ask({.id = "a", .amount = 2, .patience = seconds(60)});
  EXPECT_EQ(in_memory(), 1);
  EXPECT_EQ(in_flight->text() + later->text(), "--");
  let_appends_go();
  pass(seconds(3));
  EXPECT_EQ(in_flight->text(), "accepted 2 =6");
  EXPECT_EQ(later->text(), "accepted 3 =8");
  EXPECT_EQ(loads.size(), 2U);
  EXPECT_EQ(history("Counter a"), (Lines{"stopped: stopped by an operator: why", "restarted"}));
}

TEST_F(ActorsOperators, AStopEndsEvenAfterTheAggregateWasAskedToLeaveAndWasBusy) {
  options.passivate_after = seconds(3);
  start();
  told({.id = "a"});
  hold_appends();
  const auto in_flight = ask({.id = "a", .amount = 5, .patience = seconds(60)});
  pass(seconds(4));
  actors::ByHand(*engine).let_pass(seconds(1));  // the tick is due, and so is its question
  const auto told_operator = send_order(named("a"), ActorAction::stop);
  run();
  EXPECT_EQ(told_operator->text(), "taken");
  let_appends_go();
  pass(seconds(2));
  EXPECT_EQ(in_flight->text(), "accepted 2 =6");
  EXPECT_EQ(in_memory(), 0);
}

TEST_F(ActorsOperators, ACallAtAnyMomentOfAStopIsServed) {
  start();
  for (int moment = 0; moment < 40; ++moment) {
    const std::string id = "a" + std::to_string(moment);
    told({.id = id, .amount = 5});
    const auto heard = send_order(named(id), ActorAction::stop);
    for (int step = 0; step < moment && run_once(); ++step) {
    }
    EXPECT_EQ(told({.id = id, .amount = 2}), "accepted 2 =7") << "at moment " << moment;
    EXPECT_EQ(heard->text(), "taken");
  }
}

// -- races ----------------------------------------------------------------------------------------------------------

TEST_F(ActorsOperators, AnOrderAtAnyMomentOfALifeIsAnsweredOnceAndSoIsTheCall) {
  options.aggregates.max_restarts = 0;
  options.passivate_after = seconds(3);
  start();
  for (const auto action : every_way_to_end) {
    for (int moment = 0; moment < 30; ++moment) {
      const std::string id = std::string(name_of(action)) + std::to_string(moment);
      const auto call = send({.id = id, .patience = seconds(60)});
      for (int step = 0; step < moment && run_once(); ++step) {
      }
      const auto operator_heard = send_order(named(id), action);
      const auto looked = look(*engine, named(id), true);
      run();
      pass(seconds(5));
      EXPECT_EQ(call->times(), 1) << id;
      EXPECT_EQ(operator_heard->times, 1) << id;
      EXPECT_EQ(looked->times, 1) << id;
      EXPECT_TRUE(told({.id = id}).starts_with("accepted")) << id;
    }
  }
}

TEST_F(ActorsOperators, OrdersThatMeetOneAnotherAreEachAnsweredOnce) {
  options.aggregates.max_restarts = 0;
  start();
  for (const auto first : every_way_to_end) {
    for (const auto second : every_way_to_end) {
      const std::string id = std::string(name_of(first)) + std::string(name_of(second));
      told({.id = id});
      const auto call = send({.id = id, .patience = seconds(60)});
      const auto one = send_order(named(id), first);
      const auto other = send_order(named(id), second);
      pass(seconds(5));
      EXPECT_EQ(one->times, 1) << id;
      EXPECT_EQ(other->times, 1) << id;
      EXPECT_EQ(call->times(), 1) << id;
      EXPECT_TRUE(told({.id = id}).starts_with("accepted")) << id;
    }
  }
}

TEST_F(ActorsOperators, AnAggregateThatCannotBeLoadedYetCannotBeStopped) {
  start();
  loading->load = [](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the journal is away"});
  };
  ask({.id = "a"});
  for (const auto action : every_way_to_end) EXPECT_EQ(ordered(named("a"), action), "not_possible");
  const auto looked = look_at(named("a"));
  EXPECT_EQ(looked->text(), "described");
  EXPECT_FALSE(looked->description->aggregate);
  EXPECT_EQ(looked->description->state, ops::NodeState::backing_off);
}

TEST_F(ActorsOperators, AnOrderAtAnyMomentOfLosingTheLanesIsAnsweredOnce) {
  start();
  told({.id = "a"});
  for (const auto action : every_way_to_end) {
    for (int moment = 0; moment < 12; ++moment) {
      told({.id = "a"});
      rival_takes_over();
      now += seconds(1);
      actors::ByHand(*engine).let_pass(seconds(1));
      for (int step = 0; step < moment && run_once(); ++step) {
      }
      const auto heard = send_order(named("a"), action);
      pass(seconds(3));
      EXPECT_EQ(heard->times, 1) << name_of(action) << " at moment " << moment;
      EXPECT_EQ(ordered(named("a"), action), "not_in_memory");
      rival_goes_away();
      pass(seconds(3));
      ASSERT_EQ(engine->state().stage, Stage::owning);
    }
  }
}

TEST_F(ActorsOperators, AStoppingEngineCanStillBeAsked) {
  start();
  told({.id = "a"});
  const auto lane = node("command/testing/lane 0");
  ASSERT_TRUE(engine->stop());
  const auto of_aggregate = send_order(named("a"), ActorAction::restart);
  const auto of_lane = send_order(lane, ActorAction::restart);
  run();
  EXPECT_EQ(of_aggregate->text(), "not_in_memory");
  EXPECT_EQ(of_lane->text(), "unknown_node");
}

// -- who is meant ---------------------------------------------------------------------------------------------------

TEST_F(ActorsOperators, WhoIsNotThereIsSaidToBeSo) {
  start();
  EXPECT_EQ(ordered(ops::NodeId{9999}, ActorAction::restart), "unknown_node");
  EXPECT_EQ(look_at(ops::NodeId{9999})->text(), "unknown_node");
  EXPECT_EQ(ordered(named("nobody"), ActorAction::stop), "not_in_memory");
  EXPECT_EQ(look_at(named("nobody"))->text(), "not_in_memory");
  EXPECT_EQ(ordered(named("a", "Unheard"), ActorAction::stop), "not_in_memory");
  EXPECT_TRUE(history("nobody").empty()) << "to ask for it loads nothing";
}

TEST_F(ActorsOperators, AnEngineThatHasNotStartedSaysSo) {
  make_engine();
  EXPECT_EQ(send_order(named("a"), ActorAction::stop)->text(), "unavailable");
}

}  // namespace
}  // namespace keel::test
