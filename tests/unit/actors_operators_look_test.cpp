#include "support/operators_world.hpp"

namespace keel::test {
namespace {

using ops::ActorAction;
using std::chrono::milliseconds;
using std::chrono::seconds;

const domain::AggregateKind* const fragile = &domain::kind_of<Fragile>();

/// What operators see of aggregates.
using ActorsOperatorsLook = OperatorsWorld;

// -- looking --------------------------------------------------------------------------------------------------------

TEST_F(ActorsOperatorsLook, AnAggregateTellsHowItIs) {
  start();
  told({.id = "a", .amount = 5});
  const auto looked = look_at(named("a"), true);
  ASSERT_TRUE(looked->description && looked->description->aggregate);
  const auto& detail = *looked->description->aggregate;
  EXPECT_EQ(looked->possible(), "restart stop crash");
  EXPECT_EQ(looked->description->aggregate_name, "Counter a");
  EXPECT_EQ(detail.lane, lane_of("Counter", "a", lane_count));
  EXPECT_EQ(detail.version, Version{1});
  EXPECT_EQ(detail.durable_version, Version{1});
  EXPECT_EQ(detail.in_flight, 0U);
  EXPECT_EQ(detail.last_command, now);
  EXPECT_NE(detail.state_json.find(R"("value":"5")"), std::string::npos) << detail.state_json;
  EXPECT_EQ(look_at(named("a"))->description->aggregate->state_json, "");
}

TEST_F(ActorsOperatorsLook, AStateIsShownWhenItIsDurableAndNotBefore) {
  start();
  told({.id = "a", .amount = 5});
  hold_appends();
  ask({.id = "a", .amount = 2, .patience = seconds(60)});
  const auto at_once = look_at(named("a"));
  ASSERT_TRUE(at_once->description && at_once->description->aggregate);
  EXPECT_EQ(at_once->description->aggregate->version, Version{2});
  EXPECT_EQ(at_once->description->aggregate->durable_version, Version{1});
  EXPECT_EQ(at_once->description->aggregate->in_flight, 1U);
  const auto with_state = look_at(named("a"), true);
  EXPECT_EQ(with_state->text(), "-");
  let_appends_go();
  pass(seconds(1));
  ASSERT_TRUE(with_state->description && with_state->description->aggregate);
  EXPECT_EQ(with_state->description->aggregate->durable_version, Version{2});
  EXPECT_NE(with_state->description->aggregate->state_json.find(R"("value":"7")"), std::string::npos);
}

TEST_F(ActorsOperatorsLook, AStateThatDoesNotBecomeDurableIsNotWaitedForForEver) {
  start();
  told({.id = "a"});
  hold_appends();
  ask({.id = "a", .patience = seconds(60)});
  const auto looked = look_at(named("a"), true);
  EXPECT_EQ(looked->text(), "-");
  pass(milliseconds(2100));
  EXPECT_EQ(looked->text(), "unavailable");
  let_appends_go();
  pass(seconds(3));
  EXPECT_EQ(looked->times, 1);
}

TEST_F(ActorsOperatorsLook, ALifeThatEndsUnderALookAnswersAtOnce) {
  start();
  told({.id = "a"});
  hold_appends();
  ask({.id = "a", .patience = seconds(60)});
  const auto looked = look_at(named("a"), true);
  ordered(named("a"), ActorAction::crash);
  pass(milliseconds(100));
  EXPECT_EQ(looked->text(), "unavailable");
}

// -- what broke it --------------------------------------------------------------------------------------------------

TEST_F(ActorsOperatorsLook, AnAggregateThatBrokeAtACommandTellsAtWhichOne) {
  start();
  told({.id = "a", .kind = fragile});
  const Uuid poison = make_uuid_v7(now);
  told({.id = "a", .amount = Fragile::breaks_rule, .request_id = poison, .kind = fragile});
  const auto seen = look_at(named("a", "Fragile"));
  ASSERT_TRUE(seen->description && seen->description->broken_by);
  const auto& broken_by = *seen->description->broken_by;
  EXPECT_EQ(broken_by.message_type, "keel.testing.v1.MoveCounterRequest");
  EXPECT_EQ(broken_by.request_id, poison);
  EXPECT_EQ(broken_by.version, Version{});
  const std::string at = "(at " + broken_by.message_type + ", request " + poison.text() + ")";
  EXPECT_EQ(registry.history(0, 1'000).back().cause, "the rule broke " + at);
}

TEST_F(ActorsOperatorsLook, AnAggregateThatCannotBeReadTellsAtWhichEvent) {
  store_event({"Counter", "a"}, "keel.testing.v1.FromTheFuture", "");
  start();
  ASSERT_EQ(told({.id = "a"}), "quarantined");
  const auto seen = look_at(named("a"));
  ASSERT_TRUE(seen->description && seen->description->broken_by);
  EXPECT_EQ(seen->description->broken_by->message_type, "keel.testing.v1.FromTheFuture");
  EXPECT_EQ(seen->description->broken_by->version, Version{1});
  EXPECT_FALSE(seen->description->broken_by->request_id);
}

TEST_F(ActorsOperatorsLook, AnAggregateThatAnOperatorBrokeTellsOfNoCommand) {
  start();
  told({.id = "a", .kind = fragile});
  told({.id = "a", .amount = Fragile::breaks_rule, .kind = fragile});
  pass(seconds(1));
  EXPECT_EQ(ordered(named("a", "Fragile"), ActorAction::crash), "taken");
  const auto seen = look_at(named("a", "Fragile"));
  ASSERT_TRUE(seen->description);
  EXPECT_FALSE(seen->description->broken_by);
}

// -- how busy it is -------------------------------------------------------------------------------------------------

TEST_F(ActorsOperatorsLook, CommandsAreCountedByTheirAggregateAndByItsLane) {
  start();
  for (int i = 0; i < 3; ++i) told({.id = "a"});
  told({.id = "b"});
  const auto seen = look_at(named("a"));
  ASSERT_TRUE(seen->description && seen->description->aggregate);
  EXPECT_EQ(seen->description->aggregate->decided, 3U);
  EXPECT_EQ(seen->description->aggregate->mailbox, 0U);
  std::int64_t came = 0;
  for (const auto& group : groups(0)) came += group.commands;
  EXPECT_EQ(came, 4);
}

TEST_F(ActorsOperatorsLook, WhatWaitsBehindTheLookIsItsMailbox) {
  start();
  told({.id = "a"});
  const auto heard = look(*engine, named("a"));
  send({.id = "a"});
  send({.id = "a"});
  run();
  ASSERT_TRUE(heard->description && heard->description->aggregate);
  EXPECT_EQ(heard->description->aggregate->mailbox, 2U);
}

}  // namespace
}  // namespace keel::test
