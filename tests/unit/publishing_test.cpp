#include "actors/publishing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "core/crash_point.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/scripted_producer.hpp"

namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using test::holds_soon;
using test::JournalStage;
using test::Running;
using test::ScriptedBroker;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Fate = ScriptedBroker::Fate;

constexpr std::string_view traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class Publishing : public testing::Test {
 protected:
  void store(std::int32_t lane, int count) {
    for (int i = 0; i < count; ++i) {
      stage_.add("cart", Lane{lane}, {"Cart", "c" + std::to_string(lane)}, "keel.cart.v1.ItemAdded", "payload",
                 std::string(traceparent));
    }
  }
  std::unique_ptr<Runner> publisher() {
    return std::make_unique<PublishingRunner>(stage_.held("cart"), stage_.open(), broker_->opener(), options_,
                                              PublishingMetrics(metrics_, "cart"));
  }
  Position published(std::int32_t lane) {
    return stage_.session().publications("cart")->at(static_cast<std::size_t>(lane));
  }

  JournalStage stage_{{"cart"}};
  std::shared_ptr<ScriptedBroker> broker_ = std::make_shared<ScriptedBroker>();
  PublishingOptions options_{.gather = 1ms, .pauses = {1ms, 4ms}, .rebuild_pauses = {1ms, 4ms}};
  ops::Metrics metrics_;
};

TEST_F(Publishing, SendsWhatWasStoredBeforeItBegan) {
  store(0, 3);
  store(1, 2);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(5));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(broker_->positions(1), ElementsAre(1, 2));
}

TEST_F(Publishing, TakesWhatIsRecentFromMemory) {
  store(0, 1);
  auto recent = std::make_shared<journal::RecordedEvent>(stage_.store().events("cart", Lane{0}).front());
  recent->payload = "as remembered";
  stage_.held("cart")->recent().add(std::vector<journal::StoredEvent>{recent});
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  EXPECT_EQ(broker_->sent().front().value, "as remembered");
}

TEST_F(Publishing, AWakeSendsWhatIsStoredWhileItRuns) {
  options_.record_every = 1h;
  Running running(publisher());
  store(0, 2);
  running.wake();
  ASSERT_TRUE(broker_->wait_for_sent(2));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2));
}

TEST_F(Publishing, MessageSaysWhatTheJournalHas) {
  store(1, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  const auto sent = broker_->sent().front();
  EXPECT_EQ(sent.partition, 1);
  EXPECT_EQ(sent.key, "Cart/c1");
  EXPECT_EQ(sent.value, "payload");
  EXPECT_EQ(sent.headers.at("ce_id"), "cart/1/1");
  EXPECT_EQ(sent.headers.at("ce_type"), "keel.cart.v1.ItemAdded");
  EXPECT_EQ(sent.headers.at("keel-version"), "1");
  EXPECT_EQ(sent.headers.at("keel-incarnation"), stage_.store().incarnation().text());
  EXPECT_EQ(sent.headers.at("traceparent"), traceparent);
}

TEST_F(Publishing, AcknowledgedPositionsAreRecordedAtTheStop) {
  options_.record_every = 1h;
  store(0, 3);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(3));
  ASSERT_TRUE(
      holds_soon([&] { return metrics_.text().find("acknowledged_total{context=\"cart\"} 3") != std::string::npos; }));
  EXPECT_EQ(published(0), Position{0}) << "recorded more often than allowed";
  EXPECT_TRUE(running.stop());
  EXPECT_EQ(published(0), Position{3});
}

TEST_F(Publishing, AcknowledgedPositionsAreRecordedWhileItRuns) {
  options_.record_every = 2ms;
  store(0, 3);
  Running running(publisher());
  EXPECT_TRUE(holds_soon([&] { return published(0) == Position{3}; }));
}

TEST_F(Publishing, ASuccessorGoesOnAfterTheRecordedPosition) {
  options_.record_every = 1ms;
  store(0, 3);
  {
    Running running(publisher());
    ASSERT_TRUE(holds_soon([&] { return published(0) == Position{3}; }));
  }
  store(0, 2);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(5));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(Publishing, AFailedDeliveryIsRepeatedFromTheAcknowledgedPosition) {
  int failures = 1;
  broker_->judge([&failures](const ScriptedBroker::Sent& sent) {
    return sent.position == 2 && failures-- > 0 ? Fate::fail : Fate::acknowledge;
  });
  options_.record_every = 1ms;
  store(0, 4);
  Running running(publisher());
  EXPECT_TRUE(holds_soon([&] { return published(0) == Position{4}; }));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 4, 2, 3, 4));
}

TEST_F(Publishing, NothingMoreIsSentBeforeEveryOutstandingReportIsIn) {
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 3);
  store(1, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(4));
  broker_->report(0, 1, false);
  broker_->report(0, 2, true);
  store(0, 1);
  store(1, 1);
  running.wake();
  ASSERT_TRUE(broker_->wait_for_sent(5));  // the other lane flows on
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(broker_->positions(1), ElementsAre(1, 2));
  broker_->report(0, 3, true);
  ASSERT_TRUE(broker_->wait_for_sent(9));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 1, 2, 3, 4));
}

TEST_F(Publishing, SendsOnlySoManyWithoutAnAcknowledgement) {
  options_.in_flight_per_lane = 3;
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 10);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(3));
  broker_->report(0, 1, true);
  ASSERT_TRUE(broker_->wait_for_sent(4));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 4));
}

TEST_F(Publishing, ARoundWaitsForTheBrokersSayOnTheOneBefore) {
  options_.longest_round = 1h;
  options_.record_every = 1ms;
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  const auto lag = metrics_.gauge("keel_publisher_lag_events", "", {{"context", "cart"}});
  store(0, 1);
  Running running(publisher());
  ASSERT_TRUE(holds_soon([&] { return lag.value() == 1; }));  // told after a round
  for (const int waiting : {2, 3}) {  // that it knows of the third event shows that it looked at the second
    store(1, 1);
    running.wake();
    ASSERT_TRUE(holds_soon([&] { return lag.value() == waiting; }));
  }
  EXPECT_EQ(broker_->sent().size(), 1U);
  broker_->report(0, 1, true);
  EXPECT_TRUE(broker_->wait_for_sent(3));
}

TEST_F(Publishing, ARoundDoesNotWaitForEverForTheOneBefore) {
  options_.longest_round = 2ms;
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  store(1, 1);
  running.wake();
  EXPECT_TRUE(broker_->wait_for_sent(2));
}

TEST_F(Publishing, ABrokenProducerIsReplacedAndEveryLaneRewound) {
  broker_->judge([](const ScriptedBroker::Sent& sent) {
    return sent.producer > 1 || sent.position == 1 ? Fate::acknowledge : Fate::keep;
  });
  options_.record_every = 1ms;
  store(0, 3);
  store(1, 2);
  Running running(publisher());
  ASSERT_TRUE(holds_soon([&] { return published(0) == Position{1} && published(1) == Position{1}; }));
  broker_->break_producer("fatal");
  EXPECT_TRUE(holds_soon([&] { return published(0) == Position{3} && published(1) == Position{2}; }));
  EXPECT_EQ(broker_->producers(), 2);
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 2, 3));
}

TEST_F(Publishing, ANewProducerMustProveItselfBeforeItGetsMore) {
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 5);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(5));
  broker_->break_producer("broker gone");
  ASSERT_TRUE(broker_->wait_for_sent(6));
  broker_->break_producer("broker still gone");
  ASSERT_TRUE(broker_->wait_for_sent(7));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 4, 5, 1, 1));
  broker_->report(0, 1, true);
  ASSERT_TRUE(broker_->wait_for_sent(11));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2, 3, 4, 5, 1, 1, 2, 3, 4, 5));
}

TEST_F(Publishing, WithoutABrokerItWaitsAndTriesAgain) {
  broker_->refuse_to_open(3);
  store(0, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  EXPECT_THAT(metrics_.text(), HasSubstr("keel_publisher_producers_lost_total{context=\"cart\"} 3"));
}

TEST_F(Publishing, StopsSoonWhileTheBrokerIsAway) {
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 5);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(5));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(running.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
  EXPECT_EQ(published(0), Position{0});
}

TEST_F(Publishing, EndsWithoutAFaultWhenTheLanesAreLost) {
  Running running(publisher());
  stage_.held("cart")->lost();
  running.wake();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_TRUE(*end);
}

TEST_F(Publishing, AnotherIncarnationIsNeverPublished) {
  options_.record_every = 1ms;
  store(0, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  stage_.store().change_incarnation(make_uuid_v7(system_now()));
  const auto end = running.end();
  ASSERT_TRUE(end);
  ASSERT_FALSE(*end);
  EXPECT_THAT(end->fault().what, HasSubstr("incarnation changed"));
}

TEST_F(Publishing, RefusesAPublicationBeyondTheEndOfItsLane) {
  const std::vector<std::pair<Lane, Position>> beyond{{Lane{0}, Position{7}}};
  ASSERT_TRUE(stage_.session().publish("cart", beyond));
  const auto end = publisher()->run();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.fault().what, HasSubstr("keel journal adopt"));
}

TEST_F(Publishing, EndsWithAFaultWhenTheJournalFails) {
  options_.record_every = 1ms;
  store(0, 1);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(1));
  stage_.store().disconnect_all();
  running.wake();
  const auto end = running.end();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(Publishing, AFencedPublisherOnlyRepeatsWhatIsStored) {
  store(0, 2);
  stage_.usurp();
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(2));
  EXPECT_TRUE(running.stop());
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2));
}

TEST_F(Publishing, IsHostedAsTheContextsPublisher) {
  store(0, 1);
  const auto store = stage_.store().opener();
  const auto service = publishing_service("cart", store, broker_->opener(), options_, metrics_);
  EXPECT_EQ(service.name, "publisher");
  EXPECT_EQ(service.context, "cart");
  Running running(service.make(stage_.held()));
  EXPECT_TRUE(broker_->wait_for_sent(1));
}

TEST_F(Publishing, TellsItsLag) {
  options_.record_every = 1ms;
  broker_->judge([](const ScriptedBroker::Sent& sent) { return sent.position == 1 ? Fate::acknowledge : Fate::keep; });
  store(0, 4);
  Running running(publisher());
  EXPECT_TRUE(holds_soon([&] { return metrics_.text().find("lag_events{context=\"cart\"} 3") != std::string::npos; }));
}

TEST_F(Publishing, TellsSinceWhenTheOldestEventWaits) {
  options_.record_every = 1ms;
  broker_->judge([](const ScriptedBroker::Sent& sent) { return sent.position == 1 ? Fate::acknowledge : Fate::keep; });
  const auto before = std::chrono::duration<double>(system_now().time_since_epoch()).count();
  store(0, 2);
  const auto oldest = metrics_.gauge("keel_publisher_oldest_timestamp_seconds", "", {{"context", "cart"}});
  Running running(publisher());
  EXPECT_TRUE(holds_soon([&] { return oldest.value() >= before; }));
  broker_->report(0, 2, true);
  EXPECT_TRUE(holds_soon([&] { return oldest.value() == 0; }));
}

TEST_F(Publishing, TimesTheWayOfOneEventOfEachHandOver) {
  store(0, 3);
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(3));
  EXPECT_TRUE(holds_soon([&] {
    return metrics_.text().find("keel_publisher_end_to_end_seconds_count{context=\"cart\"} 1") != std::string::npos;
  }));
}

TEST_F(Publishing, IsNoLongerBehindInLanesThatItLost) {
  options_.record_every = 1ms;
  broker_->judge([](const ScriptedBroker::Sent&) { return Fate::keep; });
  store(0, 2);
  Running running(publisher());
  const auto lag = metrics_.gauge("keel_publisher_lag_events", "", {{"context", "cart"}});
  ASSERT_TRUE(holds_soon([&] { return lag.value() == 2; }));
  stage_.held("cart")->lost();
  running.wake();
  ASSERT_TRUE(running.end());
  EXPECT_EQ(lag.value(), 0);
}

class PublishingCrash : public Publishing, public ::testing::WithParamInterface<const char*> {};

TEST_P(PublishingCrash, DiesWhereTheTestSaysAndASuccessorPublishesAll) {
  store(0, 2);
  EXPECT_EXIT(
      {
        setenv("KEEL_CRASH_AT", GetParam(), 1);
        arm_crash_points();
        static_cast<void>(bool(publisher()->run()));
      },
      ::testing::KilledBySignal(SIGKILL), "");
  Running running(publisher());
  ASSERT_TRUE(broker_->wait_for_sent(2));
  EXPECT_THAT(broker_->positions(0), ElementsAre(1, 2));
}

INSTANTIATE_TEST_SUITE_P(Publishing, PublishingCrash, ::testing::Values("before_publish", "after_produce"));

}  // namespace
}  // namespace keel::actors
