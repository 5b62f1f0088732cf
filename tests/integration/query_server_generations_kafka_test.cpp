#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "integration/query_server_desk.hpp"
#include "query/cart/carts_projection.hpp"
#include "replay/read_store.hpp"

// Another generation becomes the live one, and the one before is dropped.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using ::testing::HasSubstr;

constexpr seconds long_enough{20};

class QueryServerGenerations : public QueryServerDesk {
 protected:
  /// A copy of generation 1 of the carts, each of them ten versions older.
  void make_second_generation() const {
    world_.read().run(
        "CREATE TABLE carts_g2 (LIKE carts_g1 INCLUDING ALL); INSERT INTO carts_g2 SELECT * FROM carts_g1;"
        "UPDATE carts_g2 SET version = version + 10; GRANT SELECT ON carts_g2 TO keel_query;"
        "INSERT INTO generations (projection, generation, version, state)"
        " SELECT projection, 2, version, 'fed' FROM generations WHERE projection = 'carts';"
        "INSERT INTO checkpoints SELECT projection, 2, context, lane, incarnation, position, revision FROM checkpoints"
        " WHERE projection = 'carts'");
  }
  void promote_second_generation() const { world_.read().run("SELECT switch_generation('carts', 2, true)"); }

  std::unique_ptr<replay::ReadStore> operators_store() const {
    auto store = replay::ReadStore::open(world_.read().dsn + " options='-c role=keel_replay'");
    EXPECT_TRUE(store);
    return *std::move(store);
  }
  static replay::Attempt<Done> drop_first_generation(replay::ReadStore& store, milliseconds patience) {
    replay::Deed deed;
    deed.who = "tester@here";
    deed.action = "drop";
    deed.projection = "carts";
    deed.generation = 1;
    return store.drop(carts_projection(), 1, patience, deed);
  }
  /// That nothing is read until it is unlocked.
  std::unique_ptr<postgres::Session> lock_first_generation() const {
    auto session = postgres::Session::open({.dsn = world_.read().dsn});
    EXPECT_TRUE((*session)->script("BEGIN; LOCK TABLE carts_g1 IN ACCESS EXCLUSIVE MODE").ok());
    return *std::move(session);
  }
  bool reads_wait() const {
    return eventually([&] {
      return world_.read().value(
                 "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'carts_g1'::regclass") != "0";
    });
  }
};

TEST_F(QueryServerGenerations, AnotherLiveGenerationIsShownWithoutAPause) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 3));
  ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
  world_.stop_projectors();
  world_.read().run(
      "CREATE TABLE availability_g2 (LIKE availability_g1 INCLUDING ALL);"
      "INSERT INTO availability_g2 SELECT sku, version, changed_at, 77, reserved, 77, lane, position FROM "
      "availability_g1;"
      "GRANT SELECT ON availability_g2 TO keel_query;"
      "INSERT INTO checkpoints SELECT projection, 2, context, lane, incarnation, position, revision FROM checkpoints"
      " WHERE projection = 'stock';"
      "UPDATE projections SET live = 2 WHERE projection = 'stock'");
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(get_availability("s").ok()) << "at every moment";
    return availability_.availability().level().on_hand() == 77;
  }));
}

TEST_F(QueryServerGenerations, APromotionIsFollowedWhenItIsToldAndNotAtTheNextLook) {
  start(looking_every(std::chrono::hours(1)));
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  world_.stop_projectors();
  make_second_generation();
  promote_second_generation();
  EXPECT_TRUE(eventually([&] { return get_cart("c").ok() && cart_.cart().version() == 11; }));
}

TEST_F(QueryServerGenerations, OneIsDroppedRightAfterThePromotionAndNoQueryFails) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  world_.stop_projectors();
  make_second_generation();
  std::atomic<bool> dropped{false};
  auto asking = std::async(std::launch::async, [&] {
    while (!dropped || cart_.cart().version() != 11) ASSERT_TRUE(get_cart("c").ok());
  });
  promote_second_generation();
  EXPECT_TRUE(drop_first_generation(*operators_store(), long_enough));
  dropped = true;
  asking.get();
}

TEST_F(QueryServerGenerations, OneThatAQueryStillReadsIsNotDropped) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  world_.stop_projectors();
  make_second_generation();
  auto lock = lock_first_generation();
  auto asking = std::async(std::launch::async, [&] { return get_cart("c"); });
  ASSERT_TRUE(reads_wait());
  promote_second_generation();

  const auto store = operators_store();
  const auto refused = drop_first_generation(*store, milliseconds(200));
  ASSERT_FALSE(refused);
  const auto why = refused.why();
  ASSERT_TRUE(std::holds_alternative<replay::Refused>(why));
  EXPECT_THAT(std::get<replay::Refused>(why).why, HasSubstr("still read by keel query watcher: carts (pid "));

  lock.reset();
  EXPECT_TRUE(asking.get().ok());
  EXPECT_EQ(cart_.cart().version(), 1) << "it was asked before the promotion";
  EXPECT_TRUE(drop_first_generation(*store, long_enough));
}

TEST_F(QueryServerGenerations, AWatcherThatComesBackGoesOnThoughItsGenerationWasDropped) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 3));
  ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
  world_.stop_projectors();
  // In one transaction nobody is told before all of it is so.
  world_.read().run(
      "BEGIN; ALTER TABLE availability_g1 RENAME TO availability_g2; ALTER TABLE reservations_g1 RENAME TO "
      "reservations_g2; UPDATE checkpoints SET generation = 2 WHERE projection = 'stock';"
      "UPDATE projections SET live = 2 WHERE projection = 'stock';"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name = 'keel query watcher: stock'; COMMIT");
  const auto next = later(token);
  world_.read().run("UPDATE availability_g2 SET on_hand = 77, position = " + std::to_string(next.position.value) +
                    "; UPDATE checkpoints SET position = " + std::to_string(next.position.value) +
                    " WHERE projection = 'stock'");
  EXPECT_TRUE(get_availability("s", {encode(next)}).ok());
  EXPECT_EQ(availability_.availability().level().on_hand(), 77);
}

}  // namespace
}  // namespace keel::query
