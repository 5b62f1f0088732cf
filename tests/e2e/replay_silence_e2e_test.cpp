// Acceptance: a replay is silent. Purchases whose reactions sent commands and set timers are rebuilt and promoted with
// the command process down and up: no command is sent again, and the journal grows by nothing.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/uuid.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "keel/inventory/v1/commands.grpc.pb.h"
#include "keel/purchase/v1/commands.grpc.pb.h"
#include "support/keel_system.hpp"

namespace keel::test {
namespace {

using ::testing::HasSubstr;

constexpr int purchases = 12;
constexpr int carts = 4;
constexpr int bought = purchases / 2;
const std::string sku = "85123A";

/// Every event, receipt, reactor's place and timer, in one text.
constexpr const char* journal_sql =
    "SELECT concat_ws(' ',"
    " (SELECT count(*) || ':' || md5(string_agg(concat_ws(',', context, lane, position, type, payload), ';'"
    "   ORDER BY context, lane, position)) FROM events),"
    " (SELECT count(*) FROM receipts),"
    " (SELECT md5(string_agg(r::text, ';' ORDER BY r::text)) FROM reactions r),"
    " (SELECT count(*) || ':' || md5(string_agg(t::text, ';' ORDER BY t::text)) FROM timers t))";

/// Lanes with events that the reactor has not answered yet.
constexpr const char* unanswered_sql =
    "SELECT count(*) FROM (SELECT context, lane, max(position) AS head FROM events"
    "  WHERE context IN ('purchase', 'cart') GROUP BY context, lane) e"
    " LEFT JOIN reactions r USING (context, lane) WHERE r.position IS NULL OR r.position < e.head";

/// What a process has counted of a metric, over all its labels.
double counted(int status_port, const std::string& name) {
  std::istringstream metrics(http_get(status_port, "/metrics").body);
  double sum = 0;
  for (std::string line; std::getline(metrics, line);) {
    if (line.starts_with(name + "{")) sum += std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

class ReplaySilenceTest : public ::testing::Test {
 protected:
  ReplaySilenceTest() {
    for (const auto* role : {"command", "projector"}) system_.start(role);
  }

  void SetUp() override {
    stock_up();
    for (int i = 0; i < purchases; ++i) buy(i);
    ASSERT_TRUE(eventually([&] { return stored("keel.purchase.v1.PurchasePlacedInCart") == purchases; }))
        << system_.log_of("command");
    for (int cart = 0; cart < carts / 2; ++cart) check_out(cart);
    ASSERT_TRUE(eventually([&] { return stored("keel.purchase.v1.PurchaseConfirmed") == bought; }))
        << system_.log_of("command");
    ASSERT_TRUE(settled());
  }

  // -- what customers do -------------------------------------------------------------------------------------------
  template <class Request>
  static Request fresh() {
    Request request;
    request.set_request_id(make_uuid_v7(system_now()).text());
    return request;
  }
  static std::string cart_name(int number) { return "cart-" + std::to_string(number); }

  void stock_up() {
    auto request = fresh<inventory::v1::ReceiveStockRequest>();
    request.set_sku(sku);
    request.set_quantity(1'000);
    inventory::v1::ReceiveStockResponse response;
    told(inventory::v1::InventoryCommandService::NewStub(channel()), &InventoryStub::ReceiveStock, request, response);
  }
  void buy(int number) {
    auto request = fresh<purchase::v1::BuyRequest>();
    request.set_purchase_id("purchase-" + std::to_string(number));
    request.set_cart_id(cart_name(number % carts));
    request.set_sku(sku);
    request.set_quantity(1);
    request.mutable_unit_price()->set_currency_code("GBP");
    request.mutable_unit_price()->set_minor_units(255);
    request.set_hold_seconds(86'400);
    purchase::v1::BuyResponse response;
    told(purchase::v1::PurchaseCommandService::NewStub(channel()), &PurchaseStub::Buy, request, response);
  }
  void check_out(int cart) {
    auto request = fresh<cart::v1::CheckOutRequest>();
    request.set_cart_id(cart_name(cart));
    cart::v1::CheckOutResponse response;
    told(cart::v1::CartCommandService::NewStub(channel()), &CartStub::CheckOut, request, response);
  }
  void abandon(int cart) {
    auto request = fresh<cart::v1::AbandonRequest>();
    request.set_cart_id(cart_name(cart));
    cart::v1::AbandonResponse response;
    told(cart::v1::CartCommandService::NewStub(channel()), &CartStub::Abandon, request, response);
  }

  // -- what operators do -------------------------------------------------------------------------------------------
  void replay(std::vector<std::string> arguments, const std::string& told) {
    arguments.insert(arguments.begin(), "replay");
    const auto ran = system_.run(arguments);
    ASSERT_EQ(ran.code, 0) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(told));
  }
  void rebuild_and_promote_everything() {
    replay({"rebuild", "--all", "--yes"}, "purchases");
    for (const std::string projection : {"carts", "stock", "purchases"}) {
      replay({"verify", projection, "--generation", "2"}, ": 0 differences");
      replay({"promote", projection, "--yes", "--patience", "10000"}, projection);
    }
    EXPECT_EQ(system_.read_store().value("SELECT string_agg(live::text, ' ') FROM projections"), "2 2 2");
  }

  // -- what can be seen --------------------------------------------------------------------------------------------
  std::string journal() const { return system_.journal().value(journal_sql); }
  int stored(const std::string& type) const {
    return std::stoi(system_.journal().value("SELECT count(*) FROM events WHERE type = '" + type + "'"));
  }
  bool settled() const {
    return eventually([&] { return system_.journal().value(unanswered_sql) == "0"; });
  }
  double sent() {
    const int port = system_.status_port("command");
    return counted(port, "keel_commands_total") + counted(port, "keel_reactor_events_total") +
           counted(port, "keel_timers_fired_total");
  }

  KeelSystem system_;

 private:
  using InventoryStub = inventory::v1::InventoryCommandService::Stub;
  using PurchaseStub = purchase::v1::PurchaseCommandService::Stub;
  using CartStub = cart::v1::CartCommandService::Stub;

  std::shared_ptr<grpc::Channel> channel() { return system_.channel("command"); }

  template <class Stub, class Request, class Response>
  static void told(const std::unique_ptr<Stub>& stub,
                   grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                   Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto status = (stub.get()->*call)(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
};

TEST_F(ReplaySilenceTest, WithCommandsDownTheJournalIsReadAndLeftAsItIs) {
  ASSERT_EQ(system_.stop("command"), 0);
  const auto before = journal();
  rebuild_and_promote_everything();
  EXPECT_EQ(journal(), before);
}

TEST_F(ReplaySilenceTest, WithCommandsUpNothingIsReactedToAgainAndWhatComesNextIsReactedToOnce) {
  const auto before = journal();
  const auto sent_before = sent();
  ASSERT_GE(sent_before, purchases) << "the metrics are not what this test takes them for";
  rebuild_and_promote_everything();
  EXPECT_EQ(journal(), before);
  EXPECT_EQ(sent(), sent_before);

  // Had anything been on its way, it would be in the journal before the reaction to this.
  abandon(carts - 1);
  ASSERT_TRUE(eventually([&] { return stored("keel.purchase.v1.PurchaseReleased") == purchases / carts; }))
      << system_.log_of("command");
  ASSERT_TRUE(settled());
  EXPECT_EQ(stored("keel.purchase.v1.PurchaseRequested"), purchases);
  EXPECT_EQ(stored("keel.purchase.v1.PurchaseReserved"), purchases);
  EXPECT_EQ(stored("keel.purchase.v1.PurchasePlacedInCart"), purchases);
  EXPECT_EQ(stored("keel.purchase.v1.PurchaseConfirmed"), bought);
  EXPECT_EQ(stored("keel.inventory.v1.StockReserved"), purchases);
  EXPECT_EQ(stored("keel.inventory.v1.ReservationConfirmed"), bought);
  EXPECT_EQ(stored("keel.inventory.v1.ReservationReleased"), purchases / carts);
}

}  // namespace
}  // namespace keel::test
