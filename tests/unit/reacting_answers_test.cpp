#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/derived_id.hpp"
#include "unit/reacting_desk.hpp"

// What follows an answer, and what a missing one.
namespace keel::actors {
namespace {

using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReactingAnswers : public Reacting {};

TEST_F(ReactingAnswers, AStepFollowsACertainAnswer) {
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:accepted"));
  EXPECT_EQ(port_.submitted()[1].request_id, reaction_request_id("testing", Lane{0}, Position{1}, "second"));
}

TEST_F(ReactingAnswers, ARefusalTellsItsReasonToTheNextStep) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a1") return domain::refuse("OUT_OF_STOCK", "none left");
    return Accepted{};
  });
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:OUT_OF_STOCK"));
}

TEST_F(ReactingAnswers, AVersionConflictIsACertainAnswer) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a1") return VersionConflict{};
    return Accepted{};
  });
  add(0, "a");
  Running running(reactor(chain));
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("a1", "a1:VERSION_CONFLICT"));
}

TEST_F(ReactingAnswers, TheNextEventOfAnAggregateWaitsForTheWholeChain) {
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

TEST_F(ReactingAnswers, ADroppedAnswerMeansTheSameCommandAgain) {
  port_.judge(ScriptedPort::keep);
  add(0, "a");
  Running running(reactor(echo));
  ASSERT_TRUE(port_.wait_for(1));
  port_.answer(0, Trouble::restarted);
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_EQ(port_.submitted()[0].request_id, port_.submitted()[1].request_id);
}

}  // namespace
}  // namespace keel::actors
