// Acceptance: messages lost, repeated and reordered between publisher and projector are found and healed. The test is
// the publisher, and a bad one, on a real Apache Kafka; the built projector reads what it wrote.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "journal/postgres_journal.hpp"
#include "kafka/event_message.hpp"
#include "kafka/producer.hpp"
#include "support/apache_kafka.hpp"
#include "support/cart_crowd.hpp"
#include "support/journal_audit.hpp"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using std::chrono::seconds;

/// Publishes the carts' lanes as they grow: loses some messages, repeats some, swaps some with their neighbours.
class BadPublisher {
 public:
  struct Done {
    int lost = 0;
    int repeated = 0;
    int swapped = 0;
  };

  BadPublisher(const Database& journal, const std::string& brokers) {
    auto session = journal::PostgresJournal::open(journal.options());
    if (!session) throw std::runtime_error(session.fault().what);
    journal_ = *std::move(session);
    auto producer = kafka::open_producer({.client = {.brokers = brokers}, .topic = kafka::topic_of("cart")});
    if (!producer) throw std::runtime_error(producer.fault().what);
    producer_ = *std::move(producer);
    incarnation_ = (*journal_->identity()).incarnation;
    thread_ = std::thread([this] { work(); });
  }
  ~BadPublisher() { finish(); }

  Done finish() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return done_;
  }

 private:
  void work() {
    std::vector<Position> places(16);
    while (!stopping_) {
      const auto heads = journal_->heads("cart");
      ASSERT_TRUE(heads) << heads.fault().what;
      for (std::size_t lane = 0; lane < heads->size(); ++lane) {
        if (places[lane] < (*heads)[lane]) places[lane] = publish_badly(lane, places[lane]);
      }
      producer_->poll(std::chrono::milliseconds(20));
    }
  }

  Position publish_badly(std::size_t lane, Position after) {
    auto events = journal_->read("cart", Lane{static_cast<std::int32_t>(lane)}, after, 500);
    EXPECT_TRUE(events) << events.fault().what;
    const Position end = events->back().position;
    for (std::size_t i = 0; i + 1 < events->size(); ++i) {
      if (random_() % 10 != 0) continue;
      std::swap((*events)[i], (*events)[i + 1]);
      ++done_.swapped;
    }
    for (const auto& event : *events) {
      if (random_() % 10 == 0) {
        ++done_.lost;
        continue;
      }
      const bool twice = random_() % 10 == 0;
      done_.repeated += twice ? 1 : 0;
      for (int times = twice ? 2 : 1; times > 0; --times) produce(event);
    }
    return end;
  }

  void produce(const journal::RecordedEvent& event) {
    kafka::EventEncoder encoder("cart", incarnation_);
    kafka::EventMessage message;
    message.lane = event.lane;
    message.position = event.position;
    message.aggregate_type = event.aggregate.type;
    message.aggregate_id = event.aggregate.id;
    message.version = event.version;
    message.type = event.type;
    message.payload = event.payload;
    message.recorded_at = event.recorded_at;
    const auto queued = producer_->produce(event.lane.value, encoder.encode(message), 0);
    EXPECT_TRUE(queued) << queued.fault().what;
  }

  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<kafka::Producer> producer_;
  Uuid incarnation_;
  std::mt19937 random_{7};
  Done done_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

double count_of(const std::string& metrics, const std::string& outcome) {
  const std::string series = "keel_projection_messages_total{outcome=\"" + outcome + "\",projection=\"carts\"} ";
  const auto at = metrics.find(series);
  return at == std::string::npos ? -1 : std::stod(metrics.substr(at + series.size()));
}

TEST(TamperedTopic, WhatIsLostRepeatedOrReorderedIsHealed) {
  ApacheKafka kafka;
  KeelSystem system(
      {.brokers = kafka.address(), .program = "keel", .environment = {{"KEEL_COMMAND__PUBLISH", "false"}}});
  for (const char* role : {"command", "projector", "query"}) system.start(role);
  BadPublisher publisher(system.journal(), kafka.address());
  CartCrowd crowd([&] { return system.channel("command"); }, 32, 100);
  ASSERT_TRUE(eventually([&] { return crowd.acknowledged_count() > 3000; }, seconds(60))) << system.log_of("command");
  const auto acknowledged = crowd.finish();
  EXPECT_EQ(unlike_the_fold(system.journal(), system.channel("query")), std::vector<std::string>{});
  const auto done = publisher.finish();
  EXPECT_GT(done.lost, 20);
  EXPECT_GT(done.repeated, 20);
  EXPECT_GT(done.swapped, 20);
  const auto metrics = http_get(system.status_port("projector"), "/metrics").body;
  EXPECT_GT(count_of(metrics, "hole"), 0);
  EXPECT_GT(count_of(metrics, "repeated"), 0);
  EXPECT_GT(count_of(metrics, "healed"), 0);
  EXPECT_GT(count_of(metrics, "applied"), 0);
  EXPECT_EQ(lost_or_doubled(system.journal(), acknowledged), std::vector<std::string>{});
}

}  // namespace
}  // namespace keel::test
