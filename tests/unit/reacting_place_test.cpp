#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/reacting_desk.hpp"

// The place in a lane is stored when all before it is done, and only by the owner.
namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using domain::Happened;
using domain::Reaction;
using test::holds_soon;
using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Reaction nothing(const Happened&) { return {}; }

class ReactingPlace : public Reacting {};

TEST_F(ReactingPlace, ThePlaceMovesOnlyAfterEveryCommandWasAnswered) {
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

TEST_F(ReactingPlace, AnEventWithoutAReactionMovesThePlace) {
  for (int i = 0; i < 5; ++i) add(0, "a");
  Running running(reactor(nothing));
  EXPECT_TRUE(reaches(0, 5));
  EXPECT_THAT(port_.submitted(), IsEmpty());
}

TEST_F(ReactingPlace, AfterACrashTheSameCommandsGoOutAgain) {
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

TEST_F(ReactingPlace, ASuccessorGoesOnAfterTheStoredPlace) {
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

TEST_F(ReactingPlace, TheStopStoresWhatIsDone) {
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

TEST_F(ReactingPlace, AFencedReactorMovesNoPlaceAndSetsNoTimer) {
  add(0, "a", 60);
  stage_.usurp();
  Running running(reactor(alarm));
  ASSERT_TRUE(
      holds_soon([&] { return metrics_.text().find("events_total{reactor=\"probe\"} 1") != std::string::npos; }));
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(place(0), Position{0});
  EXPECT_THAT(stage_.store().timers("testing"), IsEmpty());
}

TEST_F(ReactingPlace, GoesOnWithARaisedEpoch) {
  add(0, "a", 60);
  stage_.raise_epochs();
  Running running(reactor(alarm));
  ASSERT_TRUE(
      holds_soon([&] { return metrics_.text().find("events_total{reactor=\"probe\"} 1") != std::string::npos; }));
  stage_.tell_epochs();
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_EQ(stage_.store().timers("testing").size(), 1U);
}

}  // namespace
}  // namespace keel::actors
