#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/captured_log.hpp"
#include "unit/reacting_desk.hpp"

// What stops a lane, and how a reactor ends.
namespace keel::actors {
namespace {

using domain::Happened;
using domain::Reaction;
using keel::testing::v1::CounterMoved;
using test::holds_soon;
using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// An event is not a command.
Reaction nonsense(const Happened&) {
  Reaction reaction;
  reaction.sends.push_back({"nonsense", std::make_unique<CounterMoved>(), {}});
  return reaction;
}

class ReactingEnds : public Reacting {};

TEST_F(ReactingEnds, AMisusedRequestIdStopsThatLaneOnly) {
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

TEST_F(ReactingEnds, AnUnknownEventStopsThatLaneOnly) {
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

TEST_F(ReactingEnds, ACommandThatNobodyTakesStopsTheLane) {
  add(0, "a");
  Running running(reactor(nonsense));
  EXPECT_TRUE(
      holds_soon([&] { return metrics_.text().find("stopped_lanes{reactor=\"probe\"} 1") != std::string::npos; }));
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(place(0), Position{0});
  EXPECT_THAT(port_.submitted(), IsEmpty());
}

TEST_F(ReactingEnds, AnswersAfterItsEndAreHarmless) {
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

TEST_F(ReactingEnds, EndsWithoutAFaultWhenTheLanesAreLost) {
  Running running(reactor(echo));
  stage_.held("other")->lost();
  running.wake();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_TRUE(*end);
}

TEST_F(ReactingEnds, EndsWithAFaultWhenTheJournalFails) {
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

TEST_F(ReactingEnds, RefusesAPlaceBeyondTheEndOfItsLane) {
  const auto held = stage_.held("testing")->lane(Lane{0});
  ASSERT_TRUE(*stage_.session().react("probe", "testing", held, Position{9}, {}, {}));
  const auto end = reactor(echo)->run();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.fault().what, HasSubstr("keel journal adopt"));
}

TEST_F(ReactingEnds, AContextThatIsNotServedIsABug) {
  reactor_ = {"probe", {"testing", "elsewhere"}, echo};
  EXPECT_THROW(ReactingRunner(reactor_, kinds_, stage_.held(), stage_.open(), port_, system_now, options_),
               std::logic_error);
}

TEST_F(ReactingEnds, IsHostedUnderItsOwnContext) {
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
