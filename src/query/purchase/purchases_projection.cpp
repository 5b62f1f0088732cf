#include "query/purchase/purchases_projection.hpp"

#include "domain/purchase/purchase.hpp"

namespace keel::query {
namespace {

constexpr std::string_view tables_sql = R"sql(
CREATE TABLE purchases_g{g} (
  purchase_id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  state bytea NOT NULL,
  status bigint NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX purchases_g{g}_changes ON purchases_g{g} (lane, position);
)sql";

void columns_of(const domain::Message& message, std::vector<Value>& values) {
  const auto& purchase = static_cast<const purchase::v1::PurchaseState&>(message);
  values.emplace_back(static_cast<std::int64_t>(purchase.status()));
}

}  // namespace

Projection purchases_projection() {
  Projection projection;
  projection.name = "purchases";
  projection.contexts = {"purchase"};
  projection.tables = {aggregate_table("purchases", "purchase_id", {{"status", ColumnType::integer}})};
  projection.tables_sql = tables_sql;
  projection.make_folder = [] {
    return make_aggregate_folder({&domain::kind_of<purchase::Purchase>(), 0, &columns_of});
  };
  return projection;
}

}  // namespace keel::query
