#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/reacting_desk.hpp"

// Timers are set with the place of their event.
namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using domain::Happened;
using domain::Reaction;
using test::Running;
using test::ScriptedPort;
using ::testing::IsEmpty;

/// A timer that is set only when the command was answered.
Reaction alarm_after_answer(const Happened& happened) {
  const std::string id = happened.aggregate.id;
  Reaction reaction;
  reaction.sends.push_back(send("ask", id, [id](const domain::Answered&) {
    Reaction next;
    next.timers.push_back({id, Timestamp(1s), move(id)});
    return next;
  }));
  return reaction;
}

class ReactingTimers : public Reacting {};

TEST_F(ReactingTimers, TimersAreStoredWithThePlace) {
  add(0, "a", 60);
  Running running(reactor(alarm));
  ASSERT_TRUE(reaches(0, 1));
  const auto timers = stage_.store().timers("testing");
  ASSERT_EQ(timers.size(), 1U);
  EXPECT_EQ(timers[0].lane, Lane{0});
  EXPECT_EQ(timers[0].key, "a");
  EXPECT_EQ(timers[0].due_at, Timestamp(60s));
  EXPECT_EQ(timers[0].command_type, "keel.testing.v1.MoveCounterRequest");
  EXPECT_EQ(timers[0].command, move("a")->SerializeAsString());
}

TEST_F(ReactingTimers, ATimerOfTheSameKeyReplacesTheEarlierOne) {
  options_.store_every = 1h;
  add(0, "a", 60);
  add(0, "a", 90);
  Running running(reactor(alarm));
  EXPECT_TRUE(reaches(0, 2));
  ASSERT_EQ(stage_.store().timers("testing").size(), 1U);
  EXPECT_EQ(stage_.store().timers("testing")[0].due_at, Timestamp(90s));
}

TEST_F(ReactingTimers, TheLastWordAboutATimerCounts) {
  add(0, "a", 60);
  add(0, "a", -1);
  add(0, "b", -1);
  add(0, "b", 60);
  Running running(reactor(alarm));
  ASSERT_TRUE(reaches(0, 4));
  ASSERT_EQ(stage_.store().timers("testing").size(), 1U);
  EXPECT_EQ(stage_.store().timers("testing")[0].key, "b");
}

TEST_F(ReactingTimers, AStoredTimerIsCancelled) {
  add(0, "a", 60);
  Running running(reactor(alarm));
  ASSERT_TRUE(reaches(0, 1));
  add(0, "a", -1);
  running.wake();
  ASSERT_TRUE(reaches(0, 2));
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
}

TEST_F(ReactingTimers, ATimerOfAStepIsStoredOnlyAfterTheAnswer) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  Running running(reactor(alarm_after_answer));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
  port_.answer(0, Accepted{});
  ASSERT_TRUE(reaches(0, 1));
  EXPECT_EQ(stage_.store().timers("testing").size(), 1U);
}

}  // namespace
}  // namespace keel::actors
