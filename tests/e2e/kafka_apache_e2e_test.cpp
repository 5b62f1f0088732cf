#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/publishing.hpp"
#include "kafka/consumer.hpp"
#include "kafka/producer.hpp"
#include "kafka/topics.hpp"
#include "support/apache_kafka.hpp"
#include "support/journal_stage.hpp"
#include "support/running.hpp"
#include "support/topic_reader.hpp"

namespace keel::kafka {
namespace {

using namespace std::chrono_literals;
using test::ApacheKafka;
using test::holds_soon;
using test::JournalStage;
using test::Running;
using test::TopicReader;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int32_t lanes = 4;

/// One real Kafka for all tests; every test has a context, hence a topic, of its own.
class OnApacheKafka : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<ApacheKafka>(); }
  static void TearDownTestSuite() { server.reset(); }

  static ClientOptions client() { return {.brokers = server->address(), .client_id = "test", .rebuild_after = 1000ms}; }
  std::string context() const { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::vector<Topic> topics(std::int32_t partitions = lanes) const { return {{topic_of(context()), partitions}}; }
  void migrate() {
    const auto created = ensure_topics(client(), topics(), {}, 30s);
    ASSERT_TRUE(created) << created.fault().what;
  }

  static inline std::unique_ptr<ApacheKafka> server;
};

TEST_F(OnApacheKafka, TopicsAreCreatedWithOnePartitionPerLane) {
  const auto before = check_topics(client(), topics(), 10s);
  ASSERT_FALSE(before);
  EXPECT_THAT(before.fault().what, HasSubstr("keel migrate"));
  const auto created = ensure_topics(client(), topics(), {.settings = {{"retention.ms", "86400000"}}}, 30s);
  ASSERT_TRUE(created) << created.fault().what;
  EXPECT_THAT(*created, ElementsAre(topic_of(context())));
  const auto after = check_topics(client(), topics(), 10s);
  EXPECT_TRUE(after) << after.fault().what;
}

TEST_F(OnApacheKafka, TopicsThatAreThereAreLeftAlone) {
  migrate();
  const auto again = ensure_topics(client(), topics(), {}, 30s);
  ASSERT_TRUE(again) << again.fault().what;
  EXPECT_THAT(*again, IsEmpty());
}

TEST_F(OnApacheKafka, AnotherCountOfPartitionsIsRefusedWithTheCommandThatMendsIt) {
  migrate();
  const auto refused = check_topics(client(), topics(16), 10s);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.fault().what, HasSubstr("--alter --partitions 16"));
  EXPECT_FALSE(ensure_topics(client(), topics(16), {}, 30s));
  EXPECT_TRUE(check_topics(client(), topics(), 10s)) << "a refused count must change nothing";
}

TEST_F(OnApacheKafka, MoreReplicasThanBrokersAreRefusedByName) {
  const auto created = ensure_topics(client(), topics(), {.replication_factor = 3}, 30s);
  ASSERT_FALSE(created);
  EXPECT_THAT(created.fault().what, HasSubstr(topic_of(context())));
}

TEST_F(OnApacheKafka, AnOffsetThatTheBrokerNeverHadIsToldAndNeverJumpedOver) {
  migrate();
  const auto consumer = *open_consumer({.client = client(), .group = "test"});
  ASSERT_TRUE(consumer->assign(std::vector<Place>{{topic_of(context()), 0, 100}}));
  std::vector<Place> gone;
  ASSERT_TRUE(holds_soon([&] {
    const auto fetched = consumer->poll(100ms, 100);
    EXPECT_TRUE(fetched) << fetched.fault().what;
    EXPECT_THAT(fetched->messages, IsEmpty());
    gone = fetched->gone;
    return !gone.empty();
  }));
  EXPECT_EQ(gone.front().partition, 0);
}

TEST_F(OnApacheKafka, TellsTheEndOfEveryPartition) {
  migrate();
  const auto consumer = *open_consumer({.client = client(), .group = "test"});
  const auto ends = consumer->end_offsets(topic_of(context()), std::vector<std::int32_t>{0, 1, 2, 3}, 10s);
  ASSERT_TRUE(ends) << ends.fault().what;
  EXPECT_THAT(*ends, ElementsAre(0, 0, 0, 0));
}

TEST_F(OnApacheKafka, MembersOfAGroupShareThePartitions) {
  migrate();
  const ConsumerOptions options{.client = client(), .group = context(), .subscription = {topic_of(context())}};
  const auto first = *open_consumer(options);
  const auto second = *open_consumer(options);
  std::size_t of_first = 0;
  std::size_t of_second = 0;
  const auto follow = [](Consumer& member, std::size_t& count) {
    const auto fetched = member.poll(50ms, 100);
    if (!fetched->left.empty()) count = 0;
    if (fetched->joined.empty()) return;
    count = fetched->joined.size();
    EXPECT_TRUE(member.assign(fetched->joined));
  };
  EXPECT_TRUE(holds_soon(
      [&] {
        follow(*first, of_first);
        follow(*second, of_second);
        return of_first == 2 && of_second == 2;
      },
      60s));
}

/// A context published to the real Kafka from a journal in memory.
class PublishingToApacheKafka : public OnApacheKafka {
 protected:
  void SetUp() override {
    migrate();
    stage_ = std::make_unique<JournalStage>(std::vector<std::string>{context()}, lanes);
  }
  void store(int count) {
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      for (int i = 0; i < count; ++i) {
        const auto position = std::to_string(stage_->held(context())->last(Lane{lane}).next().value);
        stage_->add(context(), Lane{lane}, {"Cart", "c" + std::to_string(lane)}, "keel.cart.v1.ItemAdded", position);
      }
    }
  }
  std::unique_ptr<actors::Runner> publisher() {
    const ProducerOptions producer{.client = client(), .topic = topic_of(context())};
    actors::PublishingOptions options;
    options.record_every = 20ms;
    return std::make_unique<actors::PublishingRunner>(
        stage_->held(context()), stage_->open(), [producer] { return open_producer(producer); }, options);
  }
  bool published_to(std::int64_t position) {
    return holds_soon(
        [&] {
          const auto published = stage_->session().publications(context());
          return std::all_of(published->begin(), published->end(),
                             [&](Position each) { return each.value >= position; });
        },
        60s);
  }
  void expect_all_in_order(TopicReader& reader, std::int64_t count) {
    ASSERT_TRUE(reader.reads_to(std::vector<std::int64_t>(lanes, count)));
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      const auto& applied = reader.applied(lane);
      ASSERT_EQ(applied.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < applied.size(); ++i) ASSERT_EQ(applied[i], std::to_string(i + 1));
    }
  }

  std::unique_ptr<JournalStage> stage_;
};

TEST_F(PublishingToApacheKafka, TenThousandEventsArriveInOrderAndOnlyOnce) {
  store(2500);
  Running running(publisher());
  TopicReader reader(client(), context(), lanes);
  expect_all_in_order(reader, 2500);
  EXPECT_EQ(reader.ignored(), 0U);
  EXPECT_TRUE(published_to(2500));
}

TEST_F(PublishingToApacheKafka, NothingIsLostAndNothingComesOutOfOrderWhenTheBrokerIsKilled) {
  store(500);
  Running running(publisher());
  ASSERT_TRUE(published_to(500));
  for (int round = 0; round < 2; ++round) {
    store(500);
    running.wake();
    server->kill();
    store(500);
    running.wake();
    server->start();
  }
  EXPECT_TRUE(published_to(2500));
  EXPECT_TRUE(running.stop());
  TopicReader reader(client(), context(), lanes);
  expect_all_in_order(reader, 2500);
}

TEST_F(PublishingToApacheKafka, ACrashedPublisherRepeatsAtMostWhatWasNotRecorded) {
  store(100);
  {
    Running first(publisher());
    ASSERT_TRUE(published_to(100));
  }
  store(100);
  Running second(publisher());
  ASSERT_TRUE(published_to(200));
  TopicReader reader(client(), context(), lanes);
  expect_all_in_order(reader, 200);
  EXPECT_EQ(reader.ignored(), 0U);
}

}  // namespace
}  // namespace keel::kafka
