#include "query/cart/carts_projection.hpp"

#include "domain/cart/cart.hpp"

namespace keel::query {
namespace {

constexpr std::string_view tables_sql = R"sql(
CREATE TABLE carts_g{g} (
  cart_id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  state bytea NOT NULL,
  customer_id text COLLATE "C",
  status bigint NOT NULL,
  currency_code text NOT NULL,
  minor_units bigint NOT NULL,
  line_count bigint NOT NULL,
  unit_count bigint NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX carts_g{g}_of_customer ON carts_g{g} (customer_id, cart_id) WHERE customer_id IS NOT NULL;
)sql";

void columns_of(const domain::Message& message, std::vector<Value>& values) {
  const auto& cart = static_cast<const cart::v1::CartState&>(message);
  const auto& totals = cart.totals();
  values.push_back(cart.has_customer_id() ? Value(cart.customer_id()) : Value());
  values.emplace_back(static_cast<std::int64_t>(cart.status()));
  values.emplace_back(totals.amount().currency_code());
  values.emplace_back(totals.amount().minor_units());
  values.emplace_back(totals.line_count());
  values.emplace_back(totals.unit_count());
}

}  // namespace

Projection carts_projection() {
  Projection projection;
  projection.name = "carts";
  projection.contexts = {"cart"};
  projection.tables = {aggregate_table("carts", "cart_id",
                                       {{"customer_id", ColumnType::text},
                                        {"status", ColumnType::integer},
                                        {"currency_code", ColumnType::text},
                                        {"minor_units", ColumnType::integer},
                                        {"line_count", ColumnType::integer},
                                        {"unit_count", ColumnType::integer}})};
  projection.tables_sql = tables_sql;
  projection.make_folder = [] { return make_aggregate_folder({&domain::kind_of<cart::Cart>(), 0, &columns_of}); };
  return projection;
}

}  // namespace keel::query
