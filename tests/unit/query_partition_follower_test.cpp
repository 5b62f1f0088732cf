#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/cart/cart.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/partition_follower.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// Which partitions are asked for. What Kafka makes of it is in query_projector_kafka_test.
namespace keel::query {
namespace {

using kafka::Place;
using ::testing::ElementsAre;

constexpr const char* topic = "keel.cart.events.v1";

/// Notes what is assigned; every partition ends at offset 10.
class NotedConsumer final : public kafka::Consumer {
 public:
  explicit NotedConsumer(std::vector<Place>& assigned) : assigned_(assigned) {}
  Result<Done> assign(std::span<const Place> places) override {
    assigned_.assign(places.begin(), places.end());
    return Done{};
  }
  Result<Done> seek(const Place&) override { return Done{}; }
  Result<kafka::Fetched> poll(std::chrono::milliseconds, std::size_t) override { return kafka::Fetched{}; }
  Result<std::vector<std::int64_t>> end_offsets(std::string_view, std::span<const std::int32_t> partitions,
                                                std::chrono::milliseconds) override {
    return std::vector<std::int64_t>(partitions.size(), 10);
  }
  void leave_hint(std::span<const Place>) override {}

 private:
  std::vector<Place>& assigned_;
};

class PartitionFollowerTest : public ::testing::Test {
 protected:
  PartitionFollowerTest() { store_->migrate(projection_); }

  LaneProjector& add(std::int32_t number) {
    const Lane lane{number};
    const auto checkpoint = session_->checkpoints("carts", 1, "cart", {&lane, 1}, history_.incarnation());
    lanes_.add(topic, number,
               std::make_unique<FollowedLane>(LaneProjector(projection_, {"cart", 1, checkpoint->front(), {}},
                                                            LaneRules{}, ProjectionMetrics{}, now_),
                                              LaneGauges{}));
    return lanes_.find(topic, number)->lane;
  }
  /// One turn of a projector.
  void turn() {
    follower_.find_ends();
    for (const auto& [number, followed] : lanes_.topics().at(topic)) followed->lane.work(*session_, *journal_, now_);
    follower_.assign_if_healed(now_);
  }
  /// The lane has an event to fold, and the store fails.
  void trouble(LaneProjector& lane) {
    for (int i = 0; history_.events("cart", lane.lane(), lane.position()).empty(); ++i) {
      const auto cart = "c-" + std::to_string(i);
      history_.does<cart::Cart>(cart, test::add_item(cart, "line"));
    }
    store_->fail_next_commits(1);
    lane.heal();
    lane.work(*session_, *journal_, now_);
    ASSERT_EQ(lane.state(now_), LaneState::pausing);
  }

  Timestamp now_{std::chrono::seconds(1'700'000'000)};
  Projection projection_ = carts_projection();
  std::shared_ptr<journal::InMemoryStore> journal_store_ =
      journal::InMemoryStore::make({.contexts = {"cart"}, .lane_count = 2, .clock = system_now});
  test::History history_{*journal_store_->open(), {"cart"}};
  std::unique_ptr<journal::Journal> journal_ = *journal_store_->open();
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
  std::unique_ptr<ProjectionStore> session_ = store_->open();
  std::vector<Place> assigned_;
  FollowedLanes lanes_;
  PartitionFollower follower_{{.projection = "carts"},
                              [this]() -> Result<std::unique_ptr<kafka::Consumer>> {
                                return std::unique_ptr<kafka::Consumer>(std::make_unique<NotedConsumer>(assigned_));
                              },
                              lanes_,
                              {}};
};

TEST_F(PartitionFollowerTest, ALaneThatPausesWhileAnotherJoinsGoesOnFollowing) {
  auto& first = add(0);
  turn();
  ASSERT_THAT(assigned_, ElementsAre(Place{topic, 0, 10}));
  trouble(first);
  add(1);
  turn();
  EXPECT_THAT(assigned_, ElementsAre(Place{topic, 0, 10}, Place{topic, 1, 10}));
}

TEST_F(PartitionFollowerTest, ALaneThatPausesBeforeItHealedHoldsUpNobody) {
  trouble(add(0));
  add(1);
  turn();
  EXPECT_THAT(assigned_, ElementsAre(Place{topic, 1, 10}));
  now_ += LaneRules{}.last_pause;
  turn();
  EXPECT_THAT(assigned_, ElementsAre(Place{topic, 0, 10}, Place{topic, 1, 10}));
}

}  // namespace
}  // namespace keel::query
