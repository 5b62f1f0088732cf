#include <gtest/gtest.h>

#include "domain/inventory/stock.hpp"
#include "journal/in_memory_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/in_memory_projection_store.hpp"
#include "query/inventory/stock_projection.hpp"
#include "query/lane_projector.hpp"
#include "query/purchase/purchases_projection.hpp"
#include "support/commands_of_carts.hpp"
#include "support/history.hpp"

// What the read models' rows say of what happened.
namespace keel::query {
namespace {

using cart::Cart;
using inventory::Stock;
using purchase::Purchase;

/// Folds what a history holds.
class Folding {
 public:
  explicit Folding(Projection projection) : projection_(std::move(projection)) { store_->migrate(projection_); }

  template <domain::Aggregate A>
  void does(const std::string& id, const domain::Message& command) {
    history_.does<A>(id, command);
    const auto context = std::string(A::context);
    const auto session = store_->open();
    const auto journal = *journal_->open();
    const Lane lane{0};
    const auto checkpoints = session->checkpoints(projection_.name, 1, context, {&lane, 1}, history_.incarnation());
    LaneProjector lane_projector(projection_, {context, 1, checkpoints->front(), {}}, {}, {}, system_now());
    lane_projector.work(*session, *journal, system_now());
  }
  std::map<Key, Row> rows(const std::string& table) const { return store_->rows(table); }
  Row row(const std::string& table, const Key& key) const { return rows(table).at(key); }

 private:
  Projection projection_;
  std::shared_ptr<journal::InMemoryStore> journal_ = journal::InMemoryStore::make(
      {.contexts = {"cart", "inventory", "purchase"}, .lane_count = 1, .clock = system_now});
  test::History history_{*journal_->open(), {"cart", "inventory", "purchase"}};
  std::shared_ptr<InMemoryReadStore> store_ = InMemoryReadStore::make();
};

TEST(CartsProjection, ShowsStateVersionAndTotals) {
  Folding folding(carts_projection());
  folding.does<Cart>("c", test::add_item("c", "1"));
  folding.does<Cart>("c", test::add_item("c", "2"));
  const auto row = folding.row("carts", {"c"});
  EXPECT_EQ(integer_of(row.values[version_column]), 2);
  EXPECT_EQ(text_of(row.values[cart_customer]), "ann");
  EXPECT_EQ(integer_of(row.values[cart_status]), cart::v1::CART_STATUS_OPEN);
  EXPECT_EQ(text_of(row.values[cart_currency]), "GBP");
  EXPECT_EQ(integer_of(row.values[cart_minor_units]), 1'000);
  EXPECT_EQ(integer_of(row.values[cart_line_count]), 2);
  EXPECT_EQ(integer_of(row.values[cart_unit_count]), 4);
  cart::v1::CartState state;
  ASSERT_TRUE(state.ParseFromString(bytes_of(row.values[state_column])));
  EXPECT_EQ(state.lines().size(), 2U);
}

TEST(CartsProjection, AGuestsCartHasNoCustomer) {
  Folding folding(carts_projection());
  folding.does<Cart>("c", test::add_item("c", "1", ""));
  EXPECT_EQ(folding.row("carts", {"c"}).values[cart_customer], Value());
}

TEST(StockProjection, ShowsTheLevelAndOpenReservationsOnly) {
  Folding folding(stock_projection());
  folding.does<Stock>("s", test::receive("s", 10));
  folding.does<Stock>("s", test::reserve("s", "r-1", 3));
  folding.does<Stock>("s", test::reserve("s", "r-2", 4));
  folding.does<Stock>("s", test::release("s", "r-1"));
  inventory::v1::ConfirmReservationRequest confirm;
  confirm.set_reservation_id("r-2");
  EXPECT_EQ(folding.rows("reservations").size(), 1U);
  EXPECT_EQ(integer_of(folding.row("reservations", {"s", "r-2"}).values[reservation_quantity]), 4);
  folding.does<Stock>("s", confirm);
  EXPECT_TRUE(folding.rows("reservations").empty());
  const auto row = folding.row("availability", {"s"});
  EXPECT_EQ(integer_of(row.values[stock_version]), 5);
  EXPECT_EQ(integer_of(row.values[stock_on_hand]), 6);
  EXPECT_EQ(integer_of(row.values[stock_reserved]), 0);
  EXPECT_EQ(integer_of(row.values[stock_available]), 6);
  EXPECT_EQ(row.position, Position{5});
}

TEST(PurchasesProjection, ShowsHowFarThePurchaseIs) {
  Folding folding(purchases_projection());
  folding.does<Purchase>("p", test::buy("p", "s"));
  purchase::v1::NoteRefusedRequest refused;
  refused.set_purchase_id("p");
  refused.set_reason("OUT_OF_STOCK");
  folding.does<Purchase>("p", refused);
  const auto row = folding.row("purchases", {"p"});
  purchase::v1::PurchaseState state;
  ASSERT_TRUE(state.ParseFromString(bytes_of(row.values[state_column])));
  EXPECT_EQ(state.status(), purchase::v1::PURCHASE_STATUS_REFUSED);
  EXPECT_EQ(state.reason(), "OUT_OF_STOCK");
  EXPECT_EQ(integer_of(row.values[version_column]), 2);
}

TEST(Projections, EveryTableIsNamedForItsGeneration) {
  EXPECT_EQ(for_generation("CREATE TABLE a_g{g} (); CREATE INDEX b ON a_g{g} (c)", 12),
            "CREATE TABLE a_g12 (); CREATE INDEX b ON a_g12 (c)");
  for (const auto& projection : {carts_projection(), stock_projection(), purchases_projection()}) {
    for (const auto& table : projection.tables) {
      EXPECT_NE(projection.tables_sql.find("CREATE TABLE " + table.name + "_g{g} ("), std::string::npos) << table.name;
    }
  }
}

TEST(WorkingSet, WritesInKeyOrderAndForgetsNothing) {
  const std::vector<Table> tables{{"t", {{"k", ColumnType::text}, {"v", ColumnType::integer}}, 1}};
  WorkingSet rows(tables);
  rows.put(0, {{"b", std::int64_t{1}}, {}, {}});
  rows.put(0, {{"a", std::int64_t{2}}, {}, {}});
  rows.erase(0, {"d"});
  rows.want(0, {"c"});
  const auto changes = rows.changes(0);
  ASSERT_EQ(changes.written.size(), 2U);
  EXPECT_EQ(text_of(changes.written[0]->values[0]), "a");
  EXPECT_EQ(text_of(changes.written[1]->values[0]), "b");
  ASSERT_EQ(changes.erased.size(), 1U);
  EXPECT_EQ(rows.find(0, {"c"}), nullptr) << "asked for is not there";
}

TEST(WorkingSet, ARowThatWasErasedAndPutAgainIsWritten) {
  const std::vector<Table> tables{{"t", {{"k", ColumnType::text}}, 1}};
  WorkingSet rows(tables);
  rows.erase(0, {"a"});
  rows.put(0, {{"a"}, {}, {}});
  EXPECT_EQ(rows.changes(0).written.size(), 1U);
  EXPECT_TRUE(rows.changes(0).erased.empty());
}

}  // namespace
}  // namespace keel::query
