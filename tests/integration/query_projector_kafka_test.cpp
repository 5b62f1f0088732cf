#include <gtest/gtest.h>

#include <algorithm>

#include "journal/postgres_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "support/process.hpp"
#include "support/query_world.hpp"

// The projector on real servers: what comes by Kafka, what does not, and what goes wrong.
namespace keel::query {
namespace {

using cart::Cart;
using keel::test::eventually;
using test::add_item;
using test::QueryWorld;

class ProjectorTest : public ::testing::Test {
 protected:
  Token add(const std::string& cart, bool silently = false) {
    return world_.does<Cart>(cart, add_item(cart, "line-" + std::to_string(++lines_)), silently);
  }
  std::string version_of(const std::string& cart) {
    return world_.read().value("SELECT version FROM carts_g1 WHERE cart_id = '" + cart + "'");
  }
  static bool becomes(const Projector& projector, ProjectorState state) {
    return eventually([&] { return projector.status().state == state; });
  }
  /// Waits until every lane takes what Kafka brings.
  bool follows(const Projector& projector) {
    return becomes(projector, ProjectorState::running) && eventually([&] {
             const auto lanes = projector.status().lanes;
             return std::ranges::all_of(
                 lanes, [](const auto& lane) { return lane.state == LaneState::following && lane.on_kafka; });
           });
  }
  /// Without it everything that comes too late would be healed from the journal: then Kafka proves nothing.
  static ProjectorOptions patient() {
    auto options = QueryWorld::quick();
    options.rules.silence = std::chrono::hours(1);
    return options;
  }

  QueryWorld world_;
  int lines_ = 0;
};

TEST_F(ProjectorTest, HealsWhatHappenedBeforeItStarted) {
  const auto before = add("c");
  world_.project("carts");
  EXPECT_TRUE(world_.visible("carts", before));
  EXPECT_EQ(version_of("c"), "1");
}

TEST_F(ProjectorTest, FollowsKafkaWithoutAskingTheJournal) {
  const auto& projector = world_.project("carts", patient());
  ASSERT_TRUE(follows(projector));
  const auto healed = projection_metrics("carts").healed.value();
  Token last;
  for (int i = 0; i < 50; ++i) last = add("c");
  EXPECT_TRUE(world_.visible("carts", last));
  EXPECT_EQ(version_of("c"), "50");
  EXPECT_EQ(projection_metrics("carts").healed.value(), healed);
}

TEST_F(ProjectorTest, DeletedRepeatedAndReorderedMessagesAreDetectedAndHealed) {
  const auto& projector = world_.project("carts", patient());
  ASSERT_TRUE(follows(projector));
  Token last;
  for (int i = 0; i < 8; ++i) last = add("c", true);
  world_.publish("cart", last.lane, {2, 1, 1, 5, 4, 8, 7});
  EXPECT_TRUE(world_.visible("carts", last));
  EXPECT_EQ(version_of("c"), "8");
}

TEST_F(ProjectorTest, ALostTailIsHealedAfterSilence) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(follows(projector));
  const auto lost = add("c", true);
  EXPECT_TRUE(world_.visible("carts", lost));
}

TEST_F(ProjectorTest, ADeadBrokerInAQuietLaneDoesNotKeepItFromTheHead) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(follows(projector));
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.stop_broker();
  EXPECT_TRUE(world_.visible("carts", add("c")));
}

TEST_F(ProjectorTest, StartsWithoutABrokerAndFollowsItWhenItComes) {
  world_.stop_broker();
  const auto early = add("c");
  const auto& projector = world_.project("carts");
  EXPECT_TRUE(world_.visible("carts", early));
  world_.start_broker();
  ASSERT_TRUE(follows(projector));
  EXPECT_TRUE(world_.visible("carts", add("c")));
}

TEST_F(ProjectorTest, ABrokerThatComesBackEmptyElsewhereIsFollowed) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(follows(projector));
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.stop_broker();
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.start_broker();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world_.visible("carts", add("c")));
  EXPECT_EQ(version_of("c"), "7");
}

TEST_F(ProjectorTest, AStopMidWayLosesAndRepeatsNothing) {
  auto options = QueryWorld::quick();
  options.rules.batch = 3;
  Token last;
  for (int i = 0; i < 40; ++i) last = add("c");
  for (int round = 0; round < 5; ++round) {
    world_.project("carts", options);
    eventually([&] { return world_.position("carts", last).value > 6 * round; });
    world_.stop_projectors();
  }
  world_.project("carts", options);
  EXPECT_TRUE(world_.visible("carts", last));
  EXPECT_EQ(version_of("c"), "40");
}

TEST_F(ProjectorTest, TwoProjectorsOfTheSameLanesApplyEveryEventOnce) {
  world_.project("carts");
  world_.project("carts");
  Token last;
  for (int i = 0; i < 60; ++i) last = add("c");
  EXPECT_TRUE(world_.visible("carts", last));
  EXPECT_EQ(version_of("c"), "60");
  EXPECT_EQ(world_.read().value("SELECT count(*) FROM parked"), "0");
}

TEST_F(ProjectorTest, RangesShareTheLanes) {
  auto lower = QueryWorld::quick();
  lower.lanes = *parse_lane_choice("0-1");
  auto upper = QueryWorld::quick();
  upper.lanes = *parse_lane_choice("2-3");
  const auto& first = world_.project("carts", lower);
  const auto& second = world_.project("carts", upper);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(world_.visible("carts", add("c-" + std::to_string(i))));
  EXPECT_EQ(first.status().lanes.size(), 2U);
  EXPECT_EQ(second.status().lanes.back().lane, Lane{3});
}

TEST_F(ProjectorTest, AGroupSharesTheLanesOut) {
  auto options = QueryWorld::quick();
  options.lanes = *parse_lane_choice("group");
  const auto& projector = world_.project("carts", options);
  EXPECT_TRUE(eventually([&] { return projector.status().lanes.size() == QueryWorld::lane_count; }));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(world_.visible("carts", add("c-" + std::to_string(i))));
}

TEST_F(ProjectorTest, ALostReadStoreIsTriedAgain) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.read().terminate("keel projector%");
  EXPECT_TRUE(world_.visible("carts", add("c")));
  EXPECT_TRUE(becomes(projector, ProjectorState::running));
  EXPECT_EQ(version_of("c"), "2");
}

TEST_F(ProjectorTest, ALostJournalIsTriedAgain) {
  world_.stop_broker();
  auto options = QueryWorld::quick();
  auto sources = world_.sources();
  auto patient_journal = world_.journal().options();
  patient_journal.application_name = "the projector under test";
  sources.journal = journal::PostgresJournal::opener(patient_journal);
  Projector projector(carts_projection(), sources, options);
  projector.start();
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.journal().terminate("the projector under test");
  EXPECT_TRUE(world_.visible("carts", add("c")));
}

TEST_F(ProjectorTest, APausedProjectionRestsUntilItIsNot) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(follows(projector));
  world_.read().run("UPDATE projections SET paused = true WHERE projection = 'carts'");
  ASSERT_TRUE(becomes(projector, ProjectorState::paused));
  const auto meanwhile = add("c");
  EXPECT_EQ(world_.position("carts", meanwhile), Position{0});
  world_.read().run("UPDATE projections SET paused = false WHERE projection = 'carts'");
  EXPECT_TRUE(world_.visible("carts", meanwhile));
}

TEST_F(ProjectorTest, OneThatStartsPausedSaysWhichGenerationRests) {
  world_.read().run("UPDATE projections SET paused = true WHERE projection = 'carts'");
  auto options = QueryWorld::quick();
  options.generation = 1;
  const auto& projector = world_.project("carts", options);
  ASSERT_TRUE(becomes(projector, ProjectorState::paused));
  EXPECT_EQ(projector.status().generation, 1) << "by it the process knows that its live generation is well";
}

TEST_F(ProjectorTest, AnotherVersionOfTheProjectionStopsAndSaysSo) {
  world_.read().run("UPDATE generations SET version = 7 WHERE projection = 'carts'");
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(becomes(projector, ProjectorState::stopped));
  EXPECT_NE(projector.status().reason.find("version 7"), std::string::npos);
}

TEST_F(ProjectorTest, AProjectionThatWasNeverMigratedSaysWhatToRun) {
  world_.read().run(
      "DELETE FROM generations WHERE projection = 'carts'; DELETE FROM projections WHERE projection = 'carts'");
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(becomes(projector, ProjectorState::stopped));
  EXPECT_NE(projector.status().reason.find("keel migrate"), std::string::npos);
}

TEST_F(ProjectorTest, AnotherIncarnationOfTheJournalStopsAndSaysSo) {
  const auto& projector = world_.project("carts");
  ASSERT_TRUE(world_.visible("carts", add("c")));
  world_.journal().run("UPDATE journal SET incarnation = gen_random_uuid()");
  ASSERT_TRUE(becomes(projector, ProjectorState::stopped));
  EXPECT_NE(projector.status().reason.find("incarnation"), std::string::npos);
}

TEST_F(ProjectorTest, AnotherLiveGenerationIsFedFromItsOwnCheckpoints) {
  const auto& projector = world_.project("carts");
  const auto token = add("c");
  ASSERT_TRUE(world_.visible("carts", token));
  world_.read().run(
      "CREATE TABLE carts_g2 (LIKE carts_g1 INCLUDING ALL); GRANT ALL ON carts_g2 TO keel_projector;"
      "INSERT INTO generations (projection, generation, version, state) VALUES ('carts', 2, 1, 'fed');"
      "UPDATE projections SET live = 2 WHERE projection = 'carts'");
  EXPECT_TRUE(eventually([&] { return projector.status().generation == 2; }));
  EXPECT_TRUE(world_.visible("carts", token));
  EXPECT_EQ(world_.read().value("SELECT version FROM carts_g2 WHERE cart_id = 'c'"), "1");
}

TEST_F(ProjectorTest, PoisonParksItsAggregateOnly) {
  world_.project("carts");
  world_.happens_badly<Cart>("bad");
  EXPECT_TRUE(world_.visible("carts", add("good")));
  EXPECT_TRUE(eventually([&] { return world_.read().value("SELECT aggregate_id FROM parked") == "bad"; }));
  EXPECT_TRUE(world_.visible("carts", add("good")));
}

}  // namespace
}  // namespace keel::query
