#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "kafka/broker.hpp"
#include "kafka/consumer.hpp"
#include "kafka/producer.hpp"
#include "kafka/topics.hpp"

namespace keel::kafka {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view topic = "keel.probe.events.v1";
constexpr auto patience = 20s;

/// A broker of our own with one topic, found through an address file, that can go away and come back elsewhere.
class KafkaClients : public testing::Test {
 protected:
  void SetUp() override {
    address_file_ =
        std::filesystem::temp_directory_path() / ("keel-broker-" + std::to_string(::getpid()) + "-" +
                                                  testing::UnitTest::GetInstance()->current_test_info()->name());
    start();
  }
  void TearDown() override { std::filesystem::remove(address_file_); }

  void start(std::int32_t partitions = 3) {
    auto broker = start_broker({.topics = {{std::string(topic), partitions}}, .address_file = address_file_});
    ASSERT_TRUE(broker) << broker.fault().what;
    broker_ = *std::move(broker);
  }
  void stop() { broker_.reset(); }

  ClientOptions client() const {
    return {.brokers = "file:" + address_file_.string(), .client_id = "test", .rebuild_after = 200ms};
  }
  std::unique_ptr<Producer> producer() const {
    auto opened = open_producer({.client = client(), .topic = std::string(topic)});
    EXPECT_TRUE(opened) << opened.fault().what;
    return *std::move(opened);
  }
  std::unique_ptr<Consumer> consumer(std::vector<std::string> subscription = {}) const {
    auto opened = open_consumer({.client = client(), .group = "test", .subscription = std::move(subscription)});
    EXPECT_TRUE(opened) << opened.fault().what;
    return *std::move(opened);
  }

  /// Writes `count` numbered messages and waits until all are acknowledged.
  static void write(Producer& to, std::int32_t partition, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) {
      const std::string value = std::to_string(i);
      ASSERT_TRUE(to.produce(partition, {"key", value, {}}, static_cast<std::uint64_t>(i)));
    }
    int acknowledged = 0;
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (acknowledged < count && std::chrono::steady_clock::now() < give_up) {
      for (const auto& delivery : to.poll(100ms)) acknowledged += delivery.acknowledged() ? 1 : 0;
    }
    ASSERT_EQ(acknowledged, count);
  }

  static Fetched must_poll(Consumer& from) {
    auto fetched = from.poll(100ms, 1000);
    EXPECT_TRUE(fetched) << fetched.fault().what;
    return fetched ? *std::move(fetched) : Fetched{};
  }

  /// Polls until `enough` says so about what came; fails after a while.
  template <class Enough>
  static std::vector<Fetched> poll_until(Consumer& from, Enough enough) {
    std::vector<Fetched> all;
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < give_up) {
      all.push_back(must_poll(from));
      if (enough(all.back())) return all;
    }
    ADD_FAILURE() << "what was waited for did not come";
    return all;
  }

  static std::vector<std::string> read(Consumer& from, std::size_t count) {
    std::vector<std::string> values;
    poll_until(from, [&](const Fetched& fetched) {
      for (const auto& message : fetched.messages) values.emplace_back(message.value);
      return values.size() >= count;
    });
    return values;
  }

  std::filesystem::path address_file_;
  std::unique_ptr<EmbeddedBroker> broker_;
};

Place at(std::int32_t partition, std::int64_t offset) { return {std::string(topic), partition, offset}; }

TEST_F(KafkaClients, MessageArrivesWithKeyValueHeadersAndPlace) {
  const auto to = producer();
  const std::vector<Header> headers{{"a", "1"}, {"b", std::string_view("\0x", 2)}};
  ASSERT_TRUE(to->produce(2, {"Cart/7", std::string_view("v\0w", 3), headers}, 5));
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(2, 0)}));
  const auto polled = poll_until(*from, [](const Fetched& fetched) { return !fetched.messages.empty(); });
  const Message& message = polled.back().messages.front();
  EXPECT_EQ(message.topic, topic);
  EXPECT_EQ(message.partition, 2);
  EXPECT_EQ(message.offset, 0);
  EXPECT_EQ(message.key, "Cart/7");
  EXPECT_EQ(message.value, std::string_view("v\0w", 3));
  ASSERT_EQ(message.headers.size(), 2U);
  EXPECT_EQ(message.headers[0].name, "a");
  EXPECT_EQ(message.headers[1].value, std::string_view("\0x", 2));
}

TEST_F(KafkaClients, DeliveryReportsNameTheirMessage) {
  const auto to = producer();
  ASSERT_TRUE(to->produce(1, {"k", "v", {}}, 1ULL << 40));
  std::vector<Delivery> reports;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (reports.empty() && std::chrono::steady_clock::now() < give_up) {
    for (const auto& delivery : to->poll(100ms)) reports.push_back(delivery);
  }
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].acknowledged());
  EXPECT_EQ(reports[0].partition, 1);
  EXPECT_EQ(reports[0].tag, 1ULL << 40);
}

TEST_F(KafkaClients, ReadsFromTheOffsetThatWasAssigned) {
  write(*producer(), 0, 10);
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(0, 7)}));
  EXPECT_THAT(read(*from, 3), ElementsAre("7", "8", "9"));
}

TEST_F(KafkaClients, SeekGoesOnAtTheNewOffsetOnly) {
  write(*producer(), 0, 10);
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(0, 0)}));
  ASSERT_EQ(read(*from, 10).size(), 10U);
  ASSERT_TRUE(from->seek(at(0, 8)));
  EXPECT_THAT(read(*from, 2), ElementsAre("8", "9"));
}

/// librdkafka 2.0.2 ends the process when a partition is stopped again before its last stop was answered.
TEST_F(KafkaClients, AssignmentsInQuickSuccessionEndAtTheLast) {
  write(*producer(), 0, 10);
  write(*producer(), 1, 10);
  const auto from = consumer();
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(from->assign(std::vector{at(0, i % 7)}));
    ASSERT_TRUE(from->poll(0ms, 1));
    ASSERT_TRUE(from->assign(std::vector{at(0, i % 7), at(1, i % 5)}));
    ASSERT_TRUE(from->seek(at(1, i % 3)));
    ASSERT_TRUE(from->poll(0ms, 1));
  }
  ASSERT_TRUE(from->assign(std::vector{at(0, 8)}));
  EXPECT_THAT(read(*from, 2), ElementsAre("8", "9"));
}

TEST_F(KafkaClients, APartitionThatIsAddedLeavesTheOthersWhereTheyAre) {
  write(*producer(), 0, 10);
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(0, 0)}));
  const auto first = read(*from, 1);
  ASSERT_TRUE(from->assign(std::vector{at(0, static_cast<std::int64_t>(first.size())), at(1, 0)}));
  write(*producer(), 0, 1, 10);
  write(*producer(), 1, 1, 11);
  auto rest = read(*from, 12 - first.size());
  rest.insert(rest.begin(), first.begin(), first.end());
  EXPECT_THAT(rest, testing::UnorderedElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"));
}

TEST_F(KafkaClients, SeekOfAPartitionThatIsNotAssignedIsRefused) {
  const auto sought = consumer()->seek(at(0, 8));
  ASSERT_FALSE(sought);
  EXPECT_THAT(sought.fault().what, HasSubstr("not assigned"));
}

TEST_F(KafkaClients, TellsTheEndOfEveryPartition) {
  write(*producer(), 0, 4);
  write(*producer(), 2, 1);
  const auto ends = consumer()->end_offsets(topic, std::vector<std::int32_t>{0, 1, 2}, 5s);
  ASSERT_TRUE(ends) << ends.fault().what;
  EXPECT_THAT(*ends, ElementsAre(4, 0, 1));
}

TEST_F(KafkaClients, AnOffsetThatTheBrokerNeverHadIsToldAndNeverJumpedOver) {
  write(*producer(), 0, 3);
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(0, 100), at(1, 0)}));
  const auto polled = poll_until(*from, [](const Fetched& fetched) { return !fetched.gone.empty(); });
  for (const auto& fetched : polled) EXPECT_THAT(fetched.messages, IsEmpty());
  EXPECT_EQ(polled.back().gone.front().partition, 0);

  ASSERT_TRUE(from->seek(at(0, 1)));
  EXPECT_THAT(read(*from, 2), ElementsAre("1", "2"));
}

TEST_F(KafkaClients, AnOffsetThatRetentionTookIsToldAndNeverJumpedOver) {
  const auto to = producer();
  std::mt19937_64 random(1);  // compression must not save the day
  std::string big(900'000, '\0');
  for (char& byte : big) byte = static_cast<char>(random());
  for (std::uint64_t i = 0; i < 12; ++i) ASSERT_TRUE(to->produce(0, {"k", big + std::to_string(i), {}}, i));
  std::size_t reported = 0;
  while (reported < 12) reported += to->poll(1s).size();
  const auto from = consumer();
  ASSERT_TRUE(from->assign(std::vector{at(0, 0)}));
  const auto polled = poll_until(*from, [](const Fetched& fetched) { return !fetched.gone.empty(); });
  for (const auto& fetched : polled) EXPECT_THAT(fetched.messages, IsEmpty());
}

TEST_F(KafkaClients, ConsumerFindsABrokerThatCameBackOnAnotherPort) {
  const auto from = consumer();
  write(*producer(), 0, 2);
  ASSERT_TRUE(from->assign(std::vector{at(0, 0)}));
  ASSERT_EQ(read(*from, 2).size(), 2U);
  const std::string before = broker_->address();
  stop();
  start();
  ASSERT_NE(broker_->address(), before);
  write(*producer(), 0, 3, 10);
  std::vector<std::string> values;
  bool reconnected = false;
  poll_until(*from, [&](const Fetched& fetched) {
    reconnected = reconnected || fetched.reconnected;
    for (const auto& message : fetched.messages) values.emplace_back(message.value);
    return !values.empty();
  });
  EXPECT_TRUE(reconnected);
  EXPECT_THAT(values, ElementsAre("12"));  // offset 2 of another broker: positions tell the caller
}

TEST_F(KafkaClients, ConsumerTellsThatANewEmptyBrokerLacksItsOffset) {
  const auto from = consumer();
  write(*producer(), 0, 2);
  ASSERT_TRUE(from->assign(std::vector{at(0, 0)}));
  ASSERT_EQ(read(*from, 2).size(), 2U);
  stop();
  start();
  const auto polled = poll_until(*from, [](const Fetched& fetched) { return !fetched.gone.empty(); });
  EXPECT_EQ(polled.back().gone.front().partition, 0);
}

TEST_F(KafkaClients, ProducerSaysThatItsBrokerIsGone) {
  const auto to = producer();
  write(*to, 0, 1);
  EXPECT_FALSE(to->failure());
  stop();
  std::optional<Fault> failure;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!failure && std::chrono::steady_clock::now() < give_up) {
    to->poll(50ms);
    failure = to->failure();
  }
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->what, HasSubstr("gone"));
}

TEST_F(KafkaClients, ProducerRefusesAPartitionThatDoesNotExist) {
  const auto to = producer();
  write(*to, 0, 1);
  const auto produced = to->produce(77, {"k", "v", {}}, 1);
  ASSERT_FALSE(produced);
  EXPECT_THAT(produced.fault().what, HasSubstr("partition 77"));
}

TEST_F(KafkaClients, ProducerRefusesAMessageThatIsTooLarge) {
  const auto to = producer();
  const std::string huge(2'000'000, 'x');
  EXPECT_FALSE(to->produce(0, {"k", huge, {}}, 1));
}

TEST_F(KafkaClients, ProducerSaysFullInsteadOfGrowing) {
  auto to = *open_producer({.client = client(), .topic = std::string(topic), .queued_messages = 10});
  stop();
  int taken = 0;
  while (taken < 100) {
    const auto queued = to->produce(0, {"k", "v", {}}, 1);
    ASSERT_TRUE(queued) << queued.fault().what;
    if (*queued == Producer::Queued::full) break;
    ++taken;
  }
  EXPECT_EQ(taken, 10);
}

TEST_F(KafkaClients, GroupMemberGetsItsPartitionsAndBeginsWhereItSays) {
  write(*producer(), 1, 5);
  const auto from = consumer({std::string(topic)});
  const auto polled = poll_until(*from, [](const Fetched& fetched) { return !fetched.joined.empty(); });
  for (const auto& fetched : polled) EXPECT_THAT(fetched.messages, IsEmpty());
  ASSERT_EQ(polled.back().joined.size(), 3U);
  ASSERT_TRUE(from->assign(std::vector{at(0, 0), at(1, 3), at(2, 0)}));
  EXPECT_THAT(read(*from, 2), ElementsAre("3", "4"));
}

TEST_F(KafkaClients, GroupMemberWhoseBrokerMovesLosesItsPartitionsAndJoinsAnew) {
  const auto from = consumer({std::string(topic)});
  const auto joined = [](const Fetched& fetched) { return !fetched.joined.empty(); };
  ASSERT_EQ(poll_until(*from, joined).back().joined.size(), 3U);
  ASSERT_TRUE(from->assign(std::vector{at(0, 0), at(1, 0), at(2, 0)}));
  stop();
  start();
  const auto moved = poll_until(*from, [](const Fetched& fetched) { return fetched.reconnected; });
  EXPECT_EQ(moved.back().left.size(), 3U);
  EXPECT_EQ(poll_until(*from, joined).back().joined.size(), 3U);
  write(*producer(), 1, 2);
  ASSERT_TRUE(from->assign(std::vector{at(0, 0), at(1, 0), at(2, 0)}));
  EXPECT_THAT(read(*from, 2), ElementsAre("0", "1"));
}

TEST_F(KafkaClients, ClientWithoutAddressFileSaysWhichAndWhatWritesIt) {
  std::filesystem::remove(address_file_);
  const auto opened = open_producer({.client = client(), .topic = std::string(topic)});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.fault().what, HasSubstr(address_file_.string()));
  EXPECT_THAT(opened.fault().what, HasSubstr("keel broker"));
}

TEST_F(KafkaClients, UnknownPropertyIsRefusedByName) {
  auto options = client();
  options.properties["no.such.property"] = "1";
  const auto opened = open_consumer({.client = options, .group = "test"});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.fault().what, HasSubstr("no.such.property"));
}

TEST_F(KafkaClients, TopicWithOnePartitionPerLanePassesTheCheck) {
  const auto checked = check_topics(client(), std::vector<Topic>{{std::string(topic), 3}}, 5s);
  EXPECT_TRUE(checked) << checked.fault().what;
}

TEST_F(KafkaClients, TopicWithAnotherCountIsRefusedWithTheCommandThatMendsIt) {
  const auto few = check_topics(client(), std::vector<Topic>{{std::string(topic), 16}}, 5s);
  ASSERT_FALSE(few);
  EXPECT_THAT(few.fault().what, HasSubstr("has 3 partitions, but its context has 16 lanes"));
  EXPECT_THAT(few.fault().what, HasSubstr("--alter --partitions 16"));
  const auto many = check_topics(client(), std::vector<Topic>{{std::string(topic), 2}}, 5s);
  ASSERT_FALSE(many);
  EXPECT_THAT(many.fault().what, HasSubstr("--delete"));
}

TEST_F(KafkaClients, MissingTopicIsToldAndNotMadeByTheCheck) {
  const std::vector<Topic> wanted{{"keel.absent.events.v1", 4}};
  const auto checked = check_topics(client(), wanted, 5s);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("keel migrate"));
  EXPECT_FALSE(check_topics(client(), wanted, 5s)) << "the first check made the topic";
}

TEST_F(KafkaClients, EnsureRefusesAnotherCountToo) {
  const auto ensured = ensure_topics(client(), std::vector<Topic>{{std::string(topic), 4}}, {}, 5s);
  ASSERT_FALSE(ensured);
  EXPECT_THAT(ensured.fault().what, HasSubstr("has 3 partitions"));
}

TEST_F(KafkaClients, UnreachableBrokerIsToldWithItsAddress) {
  stop();
  std::ofstream(address_file_) << "127.0.0.1:1\n";
  const auto checked = check_topics(client(), std::vector<Topic>{{std::string(topic), 3}}, 500ms);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.fault().what, HasSubstr("127.0.0.1:1 cannot be reached"));
}

}  // namespace
}  // namespace keel::kafka
