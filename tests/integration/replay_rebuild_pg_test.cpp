#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/postgres_replay_gauges.hpp"
#include "support/replay_world.hpp"

// A generation filled from the journal in PostgreSQL, by the roles of a deployment.
namespace keel::replay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RebuildTest : public ::testing::Test {
 protected:
  std::string operation(const std::string& column) const {
    return world_.read().value("SELECT " + column + " FROM operations ORDER BY operation DESC LIMIT 1");
  }

  test::ReplayWorld world_;
};

TEST_F(RebuildTest, MakesTheSameRowsAndCheckpointsAsTheProjector) {
  world_.add_carts(20, 5);
  world_.project(1);
  const auto end = world_.rebuild();
  EXPECT_EQ(end.state, "done") << (end.fault ? end.fault->what : "");
  EXPECT_EQ(end.events, 100);
  EXPECT_EQ(world_.rows(2), world_.rows(1));
  EXPECT_EQ(world_.checkpoints(2), world_.checkpoints(1));
  EXPECT_EQ(operation("state || ' ' || phase || ' ' || events"), "done ended 100");
}

TEST_F(RebuildTest, IsToldToPrometheusByWhoeverMayRead) {
  world_.add_carts(2, 3);
  ops::Metrics metrics;
  query::ReplayGauges gauges("carts", metrics);
  const auto session = query::open_session(world_.read_dsn("keel_query"), {});
  ASSERT_TRUE(session) << session.fault().what;
  gauges.look(**session);
  EXPECT_THAT(metrics.text(), HasSubstr("keel_replay_state{projection=\"carts\",state=\"done\"} 0"));
  world_.rebuild();
  gauges.look(**session);
  EXPECT_THAT(metrics.text(), HasSubstr("keel_replay_state{projection=\"carts\",state=\"done\"} 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("keel_replay_progress_ratio{projection=\"carts\"} 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("keel_replay_events{projection=\"carts\"} 6"));
  EXPECT_GT(metrics.gauge("keel_replay_ended_timestamp_seconds", "", {{"projection", "carts"}}).value(), 0);
}

TEST_F(RebuildTest, GivesANewGenerationToTheProjectorsOnlyWhenItIsFilled) {
  world_.add_carts(3, 2);
  const auto fed = [&] {
    return world_.read().value("SELECT string_agg(state, ' ' ORDER BY generation) FROM generations");
  };
  const auto store = world_.open();
  ASSERT_TRUE(store->claim("carts"));
  const auto begun = store->begin_rebuild(world_.projection(), "test", 0, world_.deed("rebuild"));
  ASSERT_TRUE(begun) << begun.fault().what;
  EXPECT_EQ(fed(), "fed filling");
  EXPECT_EQ(world_.run(*store, *begun).state, "done");
  EXPECT_EQ(fed(), "fed fed");
  EXPECT_EQ(world_.read().value("SELECT live FROM projections"), "1");
}

TEST_F(RebuildTest, MakesTheIndicesAndRightsThatGenerationOneHas) {
  world_.rebuild();
  const auto of = [&](const std::string& table) {
    return world_.read().rows("SELECT replace(indexdef, '" + table + "', 'carts') FROM pg_indexes WHERE tablename = '" +
                              table + "' ORDER BY 1");
  };
  const auto rights = [&](const std::string& table) {
    return world_.read().rows(
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = '" +
        table + "' ORDER BY 1, 2");
  };
  EXPECT_EQ(of("carts_g2"), of("carts_g1"));
  EXPECT_EQ(rights("carts_g2"), rights("carts_g1"));
  EXPECT_EQ(world_.read().value("SELECT count(*) FROM pg_indexes WHERE tablename = 'carts_g2'"), "2");
}

TEST_F(RebuildTest, ToldToEndItStopsAtACheckpointAndResumesToTheSameEnd) {
  world_.add_carts(20, 5);
  world_.project(1);
  const auto store = world_.open();
  ASSERT_TRUE(store->claim("carts"));
  auto operation_row = *store->begin_rebuild(world_.projection(), "test", 0, world_.deed("rebuild"));
  const auto one_lane_is_there = [&] {
    return world_.read().value("SELECT count(*) FROM checkpoints WHERE generation = 2 AND position > 0") != "0";
  };
  const auto stopped = world_.run(*store, operation_row, {.workers = 1, .rate = 100}, one_lane_is_there);
  EXPECT_EQ(stopped.state, "stopped");
  EXPECT_EQ(operation("state"), "stopped");
  operation_row = **store->operation(operation_row.id);
  EXPECT_TRUE(operation_row.can_resume());
  ASSERT_TRUE(store->take_up(operation_row, "test", 0, world_.deed("resume")));
  EXPECT_EQ(world_.run(*store, operation_row).state, "done");
  EXPECT_EQ(world_.rows(2), world_.rows(1));
  EXPECT_EQ(world_.checkpoints(2), world_.checkpoints(1));
}

TEST_F(RebuildTest, ACancelThatIsAskedForInTheTableStopsIt) {
  world_.add_carts(20, 5);
  const auto store = world_.open();
  const auto other = world_.open();
  ASSERT_TRUE(store->claim("carts"));
  const auto begun = *store->begin_rebuild(world_.projection(), "test", 0, world_.deed("rebuild"));
  ASSERT_TRUE(other->ask_to_cancel(begun.id, world_.deed("cancel")));
  EXPECT_EQ(world_.run(*store, begun).state, "stopped");
}

TEST_F(RebuildTest, OnlyOneWorksAtAProjectionAtATime) {
  const auto first = world_.open();
  const auto second = world_.open();
  ASSERT_TRUE(first->claim("carts"));
  const auto refused = second->claim("carts");
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<Refused>(refused.why()).kind, Refused::Kind::conflict);
}

TEST_F(RebuildTest, AnOperationWhoseProcessIsGoneIsSeenAsCrashed) {
  auto store = world_.open();
  ASSERT_TRUE(store->claim("carts"));
  const auto begun = *store->begin_rebuild(world_.projection(), "test", 0, world_.deed("rebuild"));
  EXPECT_TRUE((*world_.open()->operation(begun.id))->alive);
  store.reset();
  const auto left = **world_.open()->operation(begun.id);
  EXPECT_TRUE(left.crashed());
  EXPECT_TRUE(left.can_resume());
}

TEST_F(RebuildTest, ParksPoisonVisiblyAndSaysHowMuch) {
  world_.add_carts(10, 2);
  world_.add_poison("c-3");
  world_.add_poison("c-3");
  world_.project(1);
  const auto end = world_.rebuild();
  EXPECT_EQ(end.state, "done");
  EXPECT_EQ(end.parked, 2);
  EXPECT_EQ(world_.rows(2), world_.rows(1));
  EXPECT_EQ(world_.read().rows("SELECT position, aggregate_id, reason FROM parked WHERE generation = 2 ORDER BY 1"),
            world_.read().rows("SELECT position, aggregate_id, reason FROM parked WHERE generation = 1 ORDER BY 1"));
}

TEST_F(RebuildTest, ADroppedGenerationLeavesNothingAndItsNumberIsNotUsedAgain) {
  world_.add_carts(3, 2);
  world_.rebuild();
  ASSERT_TRUE(world_.open()->drop(world_.projection(), 2, std::chrono::seconds(20), world_.deed("drop", 2)));
  EXPECT_EQ(world_.read().value("SELECT to_regclass('carts_g2')"), "");
  EXPECT_THAT(world_.checkpoints(2), IsEmpty());
  world_.rebuild();
  EXPECT_EQ(world_.read().value("SELECT max(generation) FROM generations WHERE state = 'fed'"), "3");
}

TEST_F(RebuildTest, WritesDownWhoDidWhatAndWhy) {
  world_.rebuild();
  EXPECT_THAT(world_.read().rows("SELECT who, action, projection, generation, reason, result FROM audit ORDER BY id"),
              ::testing::ElementsAre(::testing::ElementsAre("tester@here", "rebuild", "carts", "2", "a test", "done"),
                                     ::testing::ElementsAre("tester@here", "rebuild", "carts", "2", "a test", "done")));
}

TEST_F(RebuildTest, NobodyButTheMigratorCanChangeTheAuditTable) {
  EXPECT_ANY_THROW(world_.read().run("SET ROLE keel_replay; DELETE FROM audit"));
  EXPECT_ANY_THROW(world_.read().run("SET ROLE keel_replay; UPDATE audit SET who = 'me'"));
}

TEST_F(RebuildTest, AProjectorMayNotMakeGenerations) {
  EXPECT_ANY_THROW(world_.read().run("SET ROLE keel_projector; UPDATE generations SET state = 'fed'"));
  EXPECT_ANY_THROW(world_.read().run("SET ROLE keel_projector; SELECT switch_generation('carts', 1, true)"));
}

}  // namespace
}  // namespace keel::replay
