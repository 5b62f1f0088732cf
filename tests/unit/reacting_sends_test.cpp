#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/derived_id.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "unit/reacting_desk.hpp"

// Which commands are sent, in which order, and how many at once.
namespace keel::actors {
namespace {

using domain::Happened;
using domain::Reaction;
using keel::testing::v1::CounterMoved;
using test::holds_soon;
using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class ReactingSends : public Reacting {};

TEST_F(ReactingSends, SendsACommandForAnEventThatWasStoredBeforeItBegan) {
  add(0, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("a1"));
}

TEST_F(ReactingSends, AWakeBringsWhatIsStoredWhileItRuns) {
  Running running(reactor(echo));
  add(1, "b");
  running.wake();
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("b1"));
}

TEST_F(ReactingSends, ReadsEveryContextThatItNames) {
  add(0, "a");
  add(1, "b", 1, "other");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), UnorderedElementsAre("a1", "b1"));
  EXPECT_TRUE(holds_soon([&] { return place(1, "other") == Position{1}; }));
}

TEST_F(ReactingSends, CommandsAreSentAsTheSystemWithAnIdDerivedFromTheEvent) {
  add(1, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  const auto sent = port_.submitted().front();
  EXPECT_EQ(sent.caller, "keel");
  EXPECT_EQ(sent.request_id, reaction_request_id("testing", Lane{1}, Position{1}, "echo"));
  EXPECT_GT(sent.deadline, system_now());
  type::v1::EventMetadata metadata;
  ASSERT_TRUE(metadata.ParseFromString(sent.metadata));
  EXPECT_EQ(metadata.traceparent(), "trace");
}

TEST_F(ReactingSends, EventsOfOneAggregateGoInOrder) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  add(0, "a");
  add(0, "b");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "b1")) << "the second of a must wait for the first one's answer";
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(3));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "b1", "a2"));
}

/// One command for every message: to a counter named after the kind of it.
Reaction name_the_message(const Happened& happened) {
  Reaction reaction;
  reaction.sends.push_back(send("echo", happened.event.GetDescriptor()->name()));
  return reaction;
}

TEST_F(ReactingSends, AnOldEventIsReactedToAsWhatItIsTodayOneAfterTheOther) {
  port_.judge(ScriptedPort::keep);
  stage_.add("testing", Lane{0}, {"Counter", "a"}, "keel.testing.v1.CounterOpened", "", "trace");
  Running running(reactor(name_the_message));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("CounterMoved")) << "the second must wait for the first one's answer";
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("CounterMoved", "CounterLabelled"));
  port_.answer(1, Accepted{});
  EXPECT_TRUE(reaches(0, 1));
}

TEST_F(ReactingSends, TheMessagesOfOneOldEventHaveRequestIdsOfTheirOwn) {
  stage_.add("testing", Lane{0}, {"Counter", "a"}, "keel.testing.v1.CounterOpenedV2", "", "trace");
  Running running(reactor(name_the_message));
  ASSERT_TRUE(port_.wait_for(2));
  const auto sent = port_.submitted();
  EXPECT_EQ(sent[0].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "echo"));
  EXPECT_EQ(sent[1].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "echo#2"));
}

TEST_F(ReactingSends, ALaneWaitsForNoOther) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a1") return std::nullopt;
    return Accepted{};
  });
  add(0, "a");
  add(1, "b");
  add(1, "b");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(1, 2));
  EXPECT_EQ(place(0), Position{0});
}

TEST_F(ReactingSends, OnlySoManyEventsOfALaneAreUnderWay) {
  options_.window = 2;
  port_.judge(ScriptedPort::keep);
  for (const auto* id : {"a", "b", "c"}) add(0, id);
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(2));
  port_.answer(1, Accepted{});
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(3));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "b1", "c1"));
}

TEST_F(ReactingSends, OnlySoManyCommandsAreOnTheirWay) {
  options_.courier.in_flight = 1;
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  add(0, "b");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("a1"));
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "b1"));
}

}  // namespace
}  // namespace keel::actors
