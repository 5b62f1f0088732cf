#include <gtest/gtest.h>

#include <chrono>

#include "integration/query_server_desk.hpp"

// The read store comes and goes.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using std::chrono::milliseconds;
using test::eventually;
namespace cart_api = cart::v1;

class QueryServerStore : public QueryServerDesk {};

TEST_F(QueryServerStore, ALostReadStoreIsFoundAgain) {
  start();
  const auto token = world_.does<Cart>("c", test::add_item("c", "1"));
  ASSERT_TRUE(get_cart("c", {encode(token)}).ok());
  world_.read().run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name LIKE 'keel query%'");
  EXPECT_TRUE(eventually([&] { return get_cart("c").ok(); }));
  const auto next = world_.does<Cart>("c", test::add_item("c", "2"));
  EXPECT_TRUE(eventually([&] { return get_cart("c", {encode(next)}).ok(); }));
}

TEST_F(QueryServerStore, AReadStoreThatIsNotThereIsToldByEveryCall) {
  QueryOptions options;
  options.dsn = "host=/nowhere dbname=none";
  options.before_deadline = milliseconds(19'500);
  ops::GrpcOptions grpc;
  grpc.listen = "127.0.0.1:0";
  const ReadModel models[] = {carts()};
  const auto server = QueryServer::start(grpc, options, models);
  ASSERT_TRUE(server);
  EXPECT_EQ((*server)->why_not_ready(), "not seen in the read store yet: carts");
  const auto channel =
      grpc::CreateChannel("127.0.0.1:" + std::to_string((*server)->port()), grpc::InsecureChannelCredentials());
  EXPECT_EQ(keel::testing::health_of(*channel, ""), 2) << "NOT_SERVING";
  const auto stub = cart_api::CartQueryService::NewStub(channel);
  grpc::ClientContext context;
  limit(context);
  cart_api::GetCartRequest request;
  request.set_cart_id("c");
  EXPECT_EQ(reason_of(stub->GetCart(&context, request, &cart_)), "READ_STORE_UNAVAILABLE");
}

TEST_F(QueryServerStore, RowsThatChangedWithoutTheirPositionMovingAreSeenByTheirRevision) {
  start();
  const auto token = world_.does<Stock>("s", test::receive("s", 3));
  ASSERT_TRUE(get_availability("s", {encode(token)}).ok());
  world_.stop_projectors();
  world_.read().run("UPDATE availability_g1 SET on_hand = 55; UPDATE checkpoints SET revision = revision + 1");
  EXPECT_TRUE(
      eventually([&] { return get_availability("s").ok() && availability_.availability().level().on_hand() == 55; }));
}

}  // namespace
}  // namespace keel::query
