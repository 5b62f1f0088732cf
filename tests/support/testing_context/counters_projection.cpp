#include "query/aggregate_folder.hpp"
#include "support/testing_context/counters.hpp"

namespace keel::testing {
namespace {

constexpr std::string_view tables_sql = R"sql(
CREATE TABLE counters_g{g} (
  counter_id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  state bytea NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL
);
CREATE INDEX counters_g{g}_changes ON counters_g{g} (lane, position);
)sql";

void no_columns(const domain::Message&, std::vector<query::Value>&) {}

}  // namespace

query::Projection counters_projection(const domain::AggregateKind& kind) {
  query::Projection projection;
  projection.name = "counters";
  projection.contexts = {"testing"};
  projection.tables = {query::aggregate_table("counters", "counter_id", {})};
  projection.tables_sql = tables_sql;
  projection.make_folder = [&kind] { return query::make_aggregate_folder({&kind, 0, &no_columns}); };
  return projection;
}

}  // namespace keel::testing
