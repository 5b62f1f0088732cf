#include "actors/reacting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "actors/derived_id.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "support/captured_log.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/scripted_port.hpp"
#include "support/testing_context/counter.hpp"

namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using domain::Happened;
using domain::Reaction;
using keel::testing::v1::CounterMoved;
using keel::testing::v1::MoveCounterRequest;
using test::holds_soon;
using test::JournalStage;
using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::unique_ptr<MoveCounterRequest> move(const std::string& counter) {
  auto command = std::make_unique<MoveCounterRequest>();
  command->set_counter_id(counter);
  return command;
}

domain::Send send(std::string step, const std::string& counter,
                  std::function<Reaction(const domain::Answered&)> then = {}) {
  return {std::move(step), move(counter), std::move(then)};
}

std::string name_of(const Happened& happened) { return happened.aggregate.id + std::to_string(happened.version.value); }

/// One command for every event: to a counter named after the event's aggregate and version.
Reaction echo(const Happened& happened) {
  Reaction reaction;
  reaction.sends.push_back(send("echo", name_of(happened)));
  return reaction;
}

/// Two steps, the second named after the first one's answer.
Reaction chain(const Happened& happened) {
  const std::string name = name_of(happened);
  Reaction reaction;
  reaction.sends.push_back(send("first", name, [name](const domain::Answered& answered) {
    Reaction next;
    next.sends.push_back(send("second", name + (answered.accepted ? ":accepted" : ":" + answered.reason)));
    return next;
  }));
  return reaction;
}

/// A timer due so many seconds after 1970 as the event's amount says; a negative amount cancels it.
Reaction alarm(const Happened& happened) {
  const auto amount = static_cast<const CounterMoved&>(happened.event).amount();
  Reaction reaction;
  if (amount < 0) {
    reaction.cancelled_timers.push_back(happened.aggregate.id);
  } else {
    reaction.timers.push_back(
        {happened.aggregate.id, Timestamp(std::chrono::seconds(amount)), move(happened.aggregate.id)});
  }
  return reaction;
}

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

Reaction nothing(const Happened&) { return {}; }

/// An event is not a command.
Reaction nonsense(const Happened&) {
  Reaction reaction;
  reaction.sends.push_back({"nonsense", std::make_unique<CounterMoved>(), {}});
  return reaction;
}

class Reacting : public ::testing::Test {
 protected:
  Position add(std::int32_t lane, const std::string& id, std::int64_t amount = 1,
               const std::string& context = "testing") {
    CounterMoved event;
    event.set_amount(amount);
    return stage_.add(context, Lane{lane}, {"Counter", id}, event.GetTypeName(), event.SerializeAsString(), "trace");
  }
  std::unique_ptr<Runner> reactor(Reaction (*react)(const Happened&)) {
    reactor_ = {"probe", {"testing", "other"}, react};
    return std::make_unique<ReactingRunner>(reactor_, kinds_, stage_.held(), stage_.open(), port_, system_now, options_,
                                            ReactingMetrics(metrics_, "probe"));
  }
  Position place(std::int32_t lane, const std::string& context = "testing") {
    return stage_.session().reactions("probe", context)->at(static_cast<std::size_t>(lane));
  }
  bool reaches(std::int32_t lane, std::int64_t position) {
    return holds_soon([&] { return place(lane) == Position{position}; });
  }

  std::vector<const domain::AggregateKind*> kinds_{&domain::kind_of<keel::testing::Counter>()};
  JournalStage stage_{{"testing", "other"}};
  ScriptedPort port_;
  domain::Reactor reactor_;
  ReactingOptions options_{.gather = 1ms, .store_every = 0ms, .courier = {.pauses = {1ms, 4ms}}};
  ops::Metrics metrics_;
};

TEST_F(Reacting, SendsACommandForAnEventThatWasStoredBeforeItBegan) {
  add(0, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("a1"));
}

TEST_F(Reacting, AWakeBringsWhatIsStoredWhileItRuns) {
  Running running(reactor(echo));
  add(1, "b");
  running.wake();
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(port_.targets(), ElementsAre("b1"));
}

TEST_F(Reacting, ReadsEveryContextThatItNames) {
  add(0, "a");
  add(1, "b", 1, "other");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), UnorderedElementsAre("a1", "b1"));
  EXPECT_TRUE(holds_soon([&] { return place(1, "other") == Position{1}; }));
}

TEST_F(Reacting, CommandsAreSentAsTheSystemWithAnIdDerivedFromTheEvent) {
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

TEST_F(Reacting, EventsOfOneAggregateGoInOrder) {
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

TEST_F(Reacting, AnOldEventIsReactedToAsWhatItIsTodayOneAfterTheOther) {
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

TEST_F(Reacting, TheMessagesOfOneOldEventHaveRequestIdsOfTheirOwn) {
  stage_.add("testing", Lane{0}, {"Counter", "a"}, "keel.testing.v1.CounterOpenedV2", "", "trace");
  Running running(reactor(name_the_message));
  ASSERT_TRUE(port_.wait_for(2));
  const auto sent = port_.submitted();
  EXPECT_EQ(sent[0].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "echo"));
  EXPECT_EQ(sent[1].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "echo#2"));
}

TEST_F(Reacting, ALaneWaitsForNoOther) {
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

TEST_F(Reacting, AStepFollowsACertainAnswer) {
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:accepted"));
  EXPECT_EQ(port_.submitted()[1].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "second"));
}

TEST_F(Reacting, ARefusalTellsItsReasonToTheNextStep) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a1") return domain::refuse("OUT_OF_STOCK", "none left");
    return Accepted{};
  });
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:OUT_OF_STOCK"));
}

TEST_F(Reacting, AVersionConflictIsACertainAnswer) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a1") return VersionConflict{};
    return Accepted{};
  });
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:VERSION_CONFLICT"));
}

TEST_F(Reacting, TheNextEventOfAnAggregateWaitsForTheWholeChain) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(1));
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(2));
  port_.answer(1, Accepted{});
  ASSERT_TRUE(port_.wait_for(3));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:accepted", "a2"));
}

class ReactingTrouble : public Reacting, public ::testing::WithParamInterface<Trouble> {};

TEST_P(ReactingTrouble, MeansTheSameCommandAgain) {
  int troubles = 3;
  port_.judge([&troubles](const ScriptedPort::Submitted&) -> std::optional<Answer> {
    if (troubles-- > 0) return GetParam();
    return Accepted{};
  });
  add(0, "a");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(0, 1));
  const auto submitted = port_.submitted();
  ASSERT_EQ(submitted.size(), 4U);
  for (const auto& each : submitted) {
    EXPECT_EQ(each.request_id, submitted.front().request_id);
    EXPECT_EQ(each.fingerprint, submitted.front().fingerprint);
  }
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_reactor_repeats_total{reactor=\"probe\"} 3"));
}

INSTANTIATE_TEST_SUITE_P(Reacting, ReactingTrouble,
                         ::testing::Values(Trouble::overloaded, Trouble::late, Trouble::not_owner, Trouble::quarantined,
                                           Trouble::stopping, Trouble::restarted, Trouble::outcome_unknown,
                                           Trouble::journal_unavailable));

TEST_F(Reacting, ADroppedAnswerMeansTheSameCommandAgain) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  port_.answer(0, Trouble::restarted);
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_EQ(port_.submitted()[0].request_id, port_.submitted()[1].request_id);
}

TEST_F(Reacting, ThePlaceMovesOnlyAfterEveryCommandWasAnswered) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  add(0, "b");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  port_.answer(1, Accepted{});
  ASSERT_TRUE(port_.wait_for(3));
  port_.answer(2, Accepted{});  // the second event is done, the first is not
  port_.answer(0, Accepted{});
  ASSERT_TRUE(port_.wait_for(4));
  EXPECT_EQ(place(0), Position{0});
  port_.answer(3, Accepted{});
  EXPECT_TRUE(reaches(0, 2));
}

TEST_F(Reacting, AnEventWithoutAReactionMovesThePlace) {
  for (int i = 0; i < 5; ++i) add(0, "a");
  Running running(reactor(nothing));
  EXPECT_TRUE(reaches(0, 5));
  EXPECT_THAT(port_.submitted(), IsEmpty());
}

TEST_F(Reacting, AfterACrashTheSameCommandsGoOutAgain) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  add(0, "b");
  {
    Running crashed(reactor(echo));
    ASSERT_TRUE(port_.wait_for(2));
    port_.answer(1, Accepted{});
  }
  port_.judge(ScriptedPort::accept);
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(0, 2));
  const auto submitted = port_.submitted();
  ASSERT_EQ(submitted.size(), 4U);
  EXPECT_EQ(submitted[2].request_id, submitted[0].request_id);
  EXPECT_EQ(submitted[3].request_id, submitted[1].request_id);
}

TEST_F(Reacting, ASuccessorGoesOnAfterTheStoredPlace) {
  add(0, "a");
  {
    Running first(reactor(echo));
    ASSERT_TRUE(reaches(0, 1));
  }
  add(0, "a");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(0, 2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a2"));
}

TEST_F(Reacting, TheStopStoresWhatIsDone) {
  options_.store_every = 1h;
  add(0, "a");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(0, 1));
  add(0, "a");
  running.wake();
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(place(0), Position{2});
}

TEST_F(Reacting, TimersAreStoredWithThePlace) {
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

TEST_F(Reacting, ATimerOfTheSameKeyReplacesTheEarlierOne) {
  options_.store_every = 1h;
  add(0, "a", 60);
  add(0, "a", 90);
  Running running(reactor(alarm));
  EXPECT_TRUE(reaches(0, 2));
  ASSERT_EQ(stage_.store().timers("testing").size(), 1U);
  EXPECT_EQ(stage_.store().timers("testing")[0].due_at, Timestamp(90s));
}

TEST_F(Reacting, TheLastWordAboutATimerCounts) {
  add(0, "a", 60);
  add(0, "a", -1);
  add(0, "b", -1);
  add(0, "b", 60);
  Running running(reactor(alarm));
  ASSERT_TRUE(reaches(0, 4));
  ASSERT_EQ(stage_.store().timers("testing").size(), 1U);
  EXPECT_EQ(stage_.store().timers("testing")[0].key, "b");
}

TEST_F(Reacting, AStoredTimerIsCancelled) {
  add(0, "a", 60);
  Running running(reactor(alarm));
  ASSERT_TRUE(reaches(0, 1));
  add(0, "a", -1);
  running.wake();
  ASSERT_TRUE(reaches(0, 2));
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
}

TEST_F(Reacting, ATimerOfAStepIsStoredOnlyAfterTheAnswer) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  Running running(reactor(alarm_after_answer));
  ASSERT_TRUE(port_.wait_for(1));
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
  port_.answer(0, Accepted{});
  ASSERT_TRUE(reaches(0, 1));
  EXPECT_EQ(stage_.store().timers("testing").size(), 1U);
}

TEST_F(Reacting, AFencedReactorMovesNoPlaceAndSetsNoTimer) {
  add(0, "a", 60);
  stage_.usurp();
  Running running(reactor(alarm));
  ASSERT_TRUE(
      holds_soon([&] { return metrics_.text().find("events_total{reactor=\"probe\"} 1") != std::string::npos; }));
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(place(0), Position{0});
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
}

TEST_F(Reacting, GoesOnWithARaisedEpoch) {
  add(0, "a", 60);
  stage_.raise_epochs();
  Running running(reactor(alarm));
  ASSERT_TRUE(
      holds_soon([&] { return metrics_.text().find("events_total{reactor=\"probe\"} 1") != std::string::npos; }));
  stage_.tell_epochs();
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_EQ(stage_.store().timers("testing").size(), 1U);
}

TEST_F(Reacting, AMisusedRequestIdStopsThatLaneOnly) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "bad1") return RequestIdReused{};
    return Accepted{};
  });
  add(0, "good");
  add(0, "bad");
  add(0, "good");
  add(1, "fine");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(1, 1));
  EXPECT_TRUE(
      holds_soon([&] { return metrics_.text().find("stopped_lanes{reactor=\"probe\"} 1") != std::string::npos; }));
  add(1, "fine");
  running.wake();
  EXPECT_TRUE(reaches(1, 2));
  EXPECT_LE(place(0), Position{1});
}

TEST_F(Reacting, AnUnknownEventStopsThatLaneOnly) {
  stage_.add("testing", Lane{0}, {"Counter", "a"}, "keel.testing.v1.Unheard", "",
             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const test::CapturedLog log;
  add(0, "a");
  add(1, "b");
  Running running(reactor(echo));
  EXPECT_TRUE(reaches(1, 1));
  EXPECT_TRUE(
      holds_soon([&] { return metrics_.text().find("stopped_lanes{reactor=\"probe\"} 1") != std::string::npos; }));
  EXPECT_EQ(place(0), Position{0});
  EXPECT_THAT(port_.targets(), ElementsAre("b1"));
  EXPECT_TRUE(holds_soon([&] {
    return log.with({"a lane is stopped by a bug", "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\""}).size() == 1;
  }));
}

TEST_F(Reacting, ACommandThatNobodyTakesStopsTheLane) {
  add(0, "a");
  Running running(reactor(nonsense));
  EXPECT_TRUE(
      holds_soon([&] { return metrics_.text().find("stopped_lanes{reactor=\"probe\"} 1") != std::string::npos; }));
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(place(0), Position{0});
  EXPECT_THAT(port_.submitted(), IsEmpty());
}

TEST_F(Reacting, OnlySoManyEventsOfALaneAreUnderWay) {
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

TEST_F(Reacting, OnlySoManyCommandsAreOnTheirWay) {
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

TEST_F(Reacting, AnswersAfterItsEndAreHarmless) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  {
    Running running(reactor(echo));
    ASSERT_TRUE(port_.wait_for(1));
    EXPECT_TRUE(running.stop());
  }
  port_.answer(0, Accepted{});
  EXPECT_EQ(place(0), Position{0});
}

TEST_F(Reacting, EndsWithoutAFaultWhenTheLanesAreLost) {
  Running running(reactor(echo));
  stage_.held("other")->lost();
  running.wake();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_TRUE(*end);
}

TEST_F(Reacting, EndsWithAFaultWhenTheJournalFails) {
  add(0, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(reaches(0, 1));
  stage_.store().disconnect_all();
  stage_.held("testing")->stored(Lane{0}, Position{2});
  running.wake();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(Reacting, RefusesAPlaceBeyondTheEndOfItsLane) {
  const auto held = stage_.held("testing")->lane(Lane{0});
  ASSERT_TRUE(*stage_.session().react("probe", "testing", held, Position{9}, {}, {}));
  const auto end = reactor(echo)->run();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.fault().what, HasSubstr("keel journal adopt"));
}

TEST_F(Reacting, AContextThatIsNotServedIsABug) {
  reactor_ = {"probe", {"testing", "elsewhere"}, echo};
  EXPECT_THROW(ReactingRunner(reactor_, kinds_, stage_.held(), stage_.open(), port_, system_now, options_),
               std::logic_error);
}

TEST_F(Reacting, IsHostedUnderItsOwnContext) {
  add(0, "a");
  reactor_ = {"probe", {"testing", "other"}, echo};
  const auto service = reacting_service(
      reactor_, kinds_, stage_.store().opener(), [this]() -> CommandPort& { return port_; }, system_now, options_,
      metrics_);
  EXPECT_EQ(service.name, "reactor");
  EXPECT_EQ(service.context, "testing");
  Running running(service.make(stage_.held()));
  EXPECT_TRUE(port_.wait_for(1));
}

}  // namespace
}  // namespace keel::actors
