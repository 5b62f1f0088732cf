#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>  // after rdkafka.h

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "actors/publishing.hpp"
#include "kafka/broker.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/topic_reader.hpp"

namespace keel::actors {
namespace {

using namespace std::chrono_literals;
using test::holds_soon;
using test::JournalStage;
using test::Running;
using test::TopicReader;
using ::testing::HasSubstr;

constexpr std::int32_t lanes = 4;
constexpr auto topic = "keel.cart.events.v1";

/// A publisher of a journal in memory, and a real Kafka protocol between it and a stranger who reads the topic.
class PublishingToKafka : public ::testing::Test {
 protected:
  void SetUp() override {
    address_file_ =
        std::filesystem::temp_directory_path() / ("keel-publishing-" + std::to_string(::getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove(address_file_); }

  void start_broker() {
    auto started = kafka::start_broker({.topics = {{topic, lanes}}, .address_file = address_file_});
    ASSERT_TRUE(started) << started.fault().what;
    broker_ = *std::move(started);
  }

  /// Stores events 1..count in every lane; the payload is the position.
  void store(int count) {
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      for (int i = 0; i < count; ++i) {
        const auto position = std::to_string(stage_.held("cart")->last(Lane{lane}).next().value);
        stage_.add("cart", Lane{lane}, {"Cart", "c" + std::to_string(lane)}, "keel.cart.v1.ItemAdded", position);
      }
    }
  }
  std::unique_ptr<Runner> publisher() {
    const kafka::ProducerOptions producer{.client = client(), .topic = topic};
    return std::make_unique<PublishingRunner>(
        stage_.held("cart"), stage_.open(), [producer] { return kafka::open_producer(producer); }, options_,
        PublishingMetrics(metrics_, "cart"));
  }
  kafka::ClientOptions client() const {
    return {.brokers = "file:" + address_file_.string(), .client_id = "test", .rebuild_after = 200ms};
  }
  bool published_to(std::int64_t position) {
    return holds_soon(
        [&] {
          const auto published = stage_.session().publications("cart");
          return std::all_of(published->begin(), published->end(),
                             [&](Position each) { return each.value >= position; });
        },
        60s);
  }
  static void expect_all_in_order(TopicReader& reader, std::int64_t count) {
    ASSERT_TRUE(reader.reads_to(std::vector<std::int64_t>(lanes, count)));
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      const auto& applied = reader.applied(lane);
      ASSERT_EQ(applied.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < applied.size(); ++i) ASSERT_EQ(applied[i], std::to_string(i + 1));
    }
  }

  std::filesystem::path address_file_;
  std::unique_ptr<kafka::EmbeddedBroker> broker_;
  JournalStage stage_{{"cart"}, lanes};
  PublishingOptions options_{.record_every = 20ms, .pauses = {1ms, 50ms}, .rebuild_pauses = {1ms, 50ms}};
  ops::Metrics metrics_;
};

TEST_F(PublishingToKafka, TenThousandEventsArriveInOrderAndOnlyOnce) {
  start_broker();
  store(2500);
  Running running(publisher());
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 2500);
  EXPECT_EQ(reader.ignored(), 0U);
  EXPECT_EQ(reader.messages(), 10'000U);
  ASSERT_EQ(reader.incarnations().size(), 1U);
  EXPECT_EQ(reader.incarnations().begin()->first, stage_.store().incarnation());
  EXPECT_TRUE(published_to(2500));
}

TEST_F(PublishingToKafka, EventsArriveWhileOthersAreStored) {
  start_broker();
  Running running(publisher());
  TopicReader reader(client(), "cart", lanes);
  for (int round = 1; round <= 5; ++round) {
    store(100);
    running.wake();
    expect_all_in_order(reader, 100 * round);
  }
  EXPECT_EQ(reader.ignored(), 0U);
}

TEST_F(PublishingToKafka, ABrokerThatComesLateGetsEverything) {
  store(50);
  Running running(publisher());
  ASSERT_TRUE(holds_soon(
      [&] { return metrics_.text().find("producers_lost_total{context=\"cart\"} 2") != std::string::npos; }));
  start_broker();
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 50);
}

TEST_F(PublishingToKafka, GoesOnAtABrokerThatCameBackOnAnotherPort) {
  start_broker();
  store(100);
  Running running(publisher());
  ASSERT_TRUE(published_to(100));
  const std::string before = broker_->address();
  broker_.reset();
  store(100);
  running.wake();
  start_broker();
  ASSERT_NE(broker_->address(), before);
  EXPECT_TRUE(published_to(200));

  // The new broker is empty but for what was not acknowledged by the old one: positions tell.
  auto opened = kafka::open_consumer({.client = client(), .group = "test"});
  ASSERT_TRUE(opened);
  ASSERT_TRUE((*opened)->assign(std::vector<kafka::Place>{{topic, 0, 0}}));
  std::vector<std::int64_t> positions;
  ASSERT_TRUE(holds_soon([&] {
    const auto fetched = (*opened)->poll(100ms, 1000);
    for (const auto& message : fetched->messages) positions.push_back(kafka::decode_event(message)->position.value);
    return positions.size() >= 100;
  }));
  EXPECT_EQ(positions.front(), 101);
  EXPECT_EQ(positions.back(), 200);
}

TEST_F(PublishingToKafka, CommandsNeverWaitWhileTheBrokerIsAway) {
  start_broker();
  Running running(publisher());
  broker_.reset();
  const auto begun = std::chrono::steady_clock::now();
  store(1000);
  running.wake();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_TRUE(running.stop());
}

TEST_F(PublishingToKafka, StopsWithinASecondWhileTheBrokerIsAway) {
  start_broker();
  store(100);
  Running running(publisher());
  ASSERT_TRUE(published_to(100));
  broker_.reset();
  store(100);
  running.wake();
  ASSERT_TRUE(holds_soon(
      [&] { return metrics_.text().find("producers_lost_total{context=\"cart\"} 1") != std::string::npos; }));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(running.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

/// A broker whose requests can be made to fail: librdkafka's own, by its own interface.
class FaultyBroker {
 public:
  explicit FaultyBroker(const std::filesystem::path& address_file) {
    char why[256];
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster_ = rd_kafka_mock_cluster_new(host_, 1);
    rd_kafka_mock_topic_create(cluster_, topic, lanes, 1);
    std::ofstream(address_file) << rd_kafka_mock_cluster_bootstraps(cluster_) << '\n';
  }
  ~FaultyBroker() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }
  FaultyBroker(const FaultyBroker&) = delete;
  FaultyBroker& operator=(const FaultyBroker&) = delete;

  void fail_next(std::int16_t api, std::vector<rd_kafka_resp_err_t> errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, api, errors.size(), errors.data());
  }

 private:
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

constexpr std::int16_t produce_api = 0;
constexpr std::int16_t init_producer_id_api = 22;

TEST_F(PublishingToKafka, AFatalProducerIsThrownAwayAndAnotherGoesOn) {
  FaultyBroker broker(address_file_);
  broker.fail_next(init_producer_id_api, {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED});
  store(200);
  Running running(publisher());
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 200);
  EXPECT_TRUE(holds_soon(
      [&] { return metrics_.text().find("producers_lost_total{context=\"cart\"} 1") != std::string::npos; }));
  EXPECT_TRUE(published_to(200));
}

TEST_F(PublishingToKafka, AProducerThatTurnsFatalUnderwayIsThrownAwayAndAnotherGoesOn) {
  FaultyBroker broker(address_file_);
  store(200);
  Running running(publisher());
  ASSERT_TRUE(published_to(200));
  broker.fail_next(produce_api, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  store(200);
  running.wake();
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 400);
  EXPECT_TRUE(published_to(400));
  EXPECT_THAT(metrics_.text(), HasSubstr("producers_lost_total{context=\"cart\"} 1"));
}

TEST_F(PublishingToKafka, ADeliveryThatTheBrokerRefusesIsRepeatedInItsPlace) {
  FaultyBroker broker(address_file_);
  store(100);
  Running running(publisher());
  ASSERT_TRUE(published_to(100));
  broker.fail_next(produce_api, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  store(100);
  running.wake();
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 200);
  EXPECT_TRUE(published_to(200));
  EXPECT_THAT(metrics_.text(), ::testing::Not(HasSubstr("publisher_failed_total{context=\"cart\"} 0")));
}

TEST_F(PublishingToKafka, ALostConnectionIsRepaired) {
  FaultyBroker broker(address_file_);
  store(100);
  Running running(publisher());
  ASSERT_TRUE(published_to(100));
  for (int round = 2; round <= 6; ++round) {
    broker.fail_next(produce_api, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TRANSPORT});
    store(100);
    running.wake();
    ASSERT_TRUE(published_to(100 * round));
  }
  TopicReader reader(client(), "cart", lanes);
  expect_all_in_order(reader, 600);
}

}  // namespace
}  // namespace keel::actors
