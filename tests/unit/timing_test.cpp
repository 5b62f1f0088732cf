#include "actors/timing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "actors/derived_id.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/scripted_port.hpp"
#include "support/testing_context/counter.hpp"

namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using keel::testing::v1::MoveCounterRequest;
using test::holds_soon;
using test::JournalStage;
using test::Running;
using test::ScriptedPort;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Timestamp noon{std::chrono::hours(12)};

class Timing : public ::testing::Test {
 protected:
  void set(const std::string& key, Timestamp due_at, std::string type = "keel.testing.v1.MoveCounterRequest") {
    MoveCounterRequest command;
    command.set_counter_id(key);
    const journal::Timer timer{Lane{0}, key, due_at, std::move(type), command.SerializeAsString()};
    const auto held = stage_.held("testing")->lane(Lane{0});
    ASSERT_TRUE(*stage_.session().react("probe", "testing", held, Position{0}, std::span(&timer, 1), {}));
  }
  std::unique_ptr<Runner> timers() {
    return std::make_unique<TimingRunner>(stage_.held("testing"), kinds_, stage_.open(), port_, clock(), options_,
                                          TimingMetrics(metrics_, "testing"));
  }
  Clock clock() {
    return [this] { return Timestamp(std::chrono::microseconds(now_.load())); };
  }
  void set_clock(Timestamp now) { now_ = now.time_since_epoch().count(); }
  std::vector<journal::Timer> stored() { return stage_.store().timers("testing"); }

  std::vector<const domain::AggregateKind*> kinds_{&domain::kind_of<keel::testing::Counter>()};
  std::atomic<std::int64_t> now_{noon.time_since_epoch().count()};
  JournalStage stage_{{"testing"}, 2, clock()};
  ScriptedPort port_;
  TimingOptions options_{.look_every = 1ms, .put_off = 500ms, .courier = {.pauses = {1ms, 4ms}}};
  ops::Metrics metrics_;
};

TEST_F(Timing, ADueTimerBecomesItsCommand) {
  set("a", noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(1));
  const auto sent = port_.submitted().front();
  EXPECT_EQ(sent.aggregate_id, "a");
  EXPECT_EQ(sent.type, "keel.testing.v1.MoveCounterRequest");
  EXPECT_EQ(sent.caller, "keel");
  EXPECT_EQ(sent.request_id, timer_request_id("a", noon));
}

TEST_F(Timing, OneThatIsNotDueNeverFires) {
  set("later", noon + 1us);
  set("now", noon);
  Running running(timers());
  ASSERT_TRUE(holds_soon([&] { return stored().size() == 1; }));
  EXPECT_THAT(port_.targets(), ElementsAre("now"));
  set_clock(noon + 1us);
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_THAT(port_.targets(), ElementsAre("now", "later"));
}

class CertainAnswer : public Timing, public ::testing::WithParamInterface<int> {};

TEST_P(CertainAnswer, DeletesTheTimer) {
  const std::vector<Answer> answers{Accepted{}, domain::refuse("CLOSED", "no"), VersionConflict{}};
  port_.judge([&](const ScriptedPort::Submitted&) -> std::optional<Answer> {
    return answers[static_cast<std::size_t>(GetParam())];
  });
  set("a", noon);
  Running running(timers());
  EXPECT_TRUE(holds_soon([&] { return stored().empty(); }));
  EXPECT_THAT(port_.targets(), ElementsAre("a"));
}

INSTANTIATE_TEST_SUITE_P(Timing, CertainAnswer, ::testing::Values(0, 1, 2));

TEST_F(Timing, TroubleKeepsTheTimerAndRepeatsTheCommand) {
  port_.judge(ScriptedPort::keep);
  set("a", noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(1));
  port_.answer(0, Trouble::outcome_unknown);
  ASSERT_TRUE(port_.wait_for(2));
  EXPECT_EQ(stored().size(), 1U);
  EXPECT_EQ(port_.submitted()[1].request_id, port_.submitted()[0].request_id);
  port_.answer(1, Accepted{});
  EXPECT_TRUE(holds_soon([&] { return stored().empty(); }));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_timers_repeats_total{context=\"testing\"} 1"));
}

TEST_F(Timing, FiresOnceWhileItsCommandIsOnItsWay) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "slow") return std::nullopt;
    return Accepted{};
  });
  set("slow", noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(1));
  for (const auto* key : {"b", "c"}) {
    set(key, noon);
    ASSERT_TRUE(holds_soon([&] { return stored().size() == 1; }));
  }
  EXPECT_THAT(port_.targets(), ElementsAre("slow", "b", "c"));
}

TEST_F(Timing, NotYetDuePutsItOffToTheMomentThatTheRefusalNames) {
  const auto due = std::to_string(Timestamp(noon + 3s).time_since_epoch().count());
  port_.judge([due](const ScriptedPort::Submitted&) -> std::optional<Answer> {
    return domain::refuse("NOT_YET_DUE", "too early", {{"due_at", due}});
  });
  set("a", noon);
  Running running(timers());
  ASSERT_TRUE(holds_soon([&] { return stored().at(0).due_at == noon + 3s; }));
  port_.judge(ScriptedPort::accept);
  set_clock(noon + 3s);
  ASSERT_TRUE(holds_soon([&] { return stored().empty(); }));
  EXPECT_EQ(port_.submitted().back().request_id, timer_request_id("a", noon + 3s));
}

TEST_F(Timing, NotYetDueWithoutAMomentPutsItOffForAWhile) {
  port_.judge([](const ScriptedPort::Submitted&) -> std::optional<Answer> {
    return domain::refuse("NOT_YET_DUE", "too early");
  });
  set("a", noon);
  Running running(timers());
  EXPECT_TRUE(holds_soon([&] { return stored().at(0).due_at == noon + 500ms; }));
}

TEST_F(Timing, NotYetDueWithAMomentOfThePastPutsItOffForAWhile) {
  port_.judge([](const ScriptedPort::Submitted&) -> std::optional<Answer> {
    return domain::refuse("NOT_YET_DUE", "too early", {{"due_at", "1"}});
  });
  set("a", noon);
  Running running(timers());
  EXPECT_TRUE(holds_soon([&] { return stored().at(0).due_at == noon + 500ms; }));
}

TEST_F(Timing, OneThatWasSetAnewMeanwhileIsNeverDeleted) {
  port_.judge(ScriptedPort::keep);
  set("a", noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(1));
  set("a", noon + 1h);
  port_.answer(0, Accepted{});
  EXPECT_TRUE(running.stop());
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_EQ(stored()[0].due_at, noon + 1h);
}

TEST_F(Timing, AFencedProcessNeverDeletesATimer) {
  set("a", noon);
  stage_.usurp();
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(2));  // answered, not deleted, due again
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(Timing, AnUnknownCommandIsStuckAndTheOthersFire) {
  set("a", noon - 1s, "keel.testing.v1.Unheard");
  set("b", noon);
  Running running(timers());
  EXPECT_TRUE(holds_soon([&] { return stored().size() == 1; }));
  EXPECT_THAT(port_.targets(), ElementsAre("b"));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_timers_stuck{context=\"testing\"} 1"));
}

TEST_F(Timing, AMisusedRequestIdIsStuckAndNeverFiresAgain) {
  port_.judge([](const ScriptedPort::Submitted& call) -> std::optional<Answer> {
    if (call.aggregate_id == "a") return RequestIdReused{};
    return Accepted{};
  });
  set("a", noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(1));
  set("b", noon);
  ASSERT_TRUE(holds_soon([&] { return stored().size() == 1; }));
  EXPECT_THAT(port_.targets(), ElementsAre("a", "b"));
  EXPECT_EQ(stored()[0].key, "a");
}

TEST_F(Timing, OnlySoManyAreUnderWay) {
  options_.in_flight = 2;
  port_.judge(ScriptedPort::keep);
  for (const auto* key : {"a", "b", "c"}) set(key, noon);
  Running running(timers());
  ASSERT_TRUE(port_.wait_for(2));
  port_.answer(0, Accepted{});
  port_.answer(1, Accepted{});
  ASSERT_TRUE(port_.wait_for(3));
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(Timing, EndsWithoutAFaultWhenTheLanesAreLost) {
  Running running(timers());
  stage_.held("testing")->lost();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_TRUE(*end);
}

TEST_F(Timing, EndsWithAFaultWhenTheJournalFails) {
  Running running(timers());
  stage_.store().disconnect_all();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(Timing, IsHostedAsTheContextsTimers) {
  set("a", noon);
  const auto service = timing_service(
      "testing", kinds_, stage_.store().opener(), [this]() -> CommandPort& { return port_; }, clock(), options_,
      metrics_);
  EXPECT_EQ(service.name, "timers");
  EXPECT_EQ(service.context, "testing");
  Running running(service.make(stage_.held()));
  EXPECT_TRUE(port_.wait_for(1));
}

}  // namespace
}  // namespace keel::actors
