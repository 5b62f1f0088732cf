#include "support/testing_context/counters.hpp"

#include "keel/testing/v1/queries.grpc.pb.h"
#include "query/aggregate_folder.hpp"
#include "query/query_context.hpp"
#include "query/request_checks.hpp"
#include "support/testing_context/counter.hpp"

namespace keel::testing {
namespace {

using query::Call;
using query::ProjectionView;
using query::ReadFault;
using query::Row;

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

query::Projection counters_projection() {
  query::Projection projection;
  projection.name = "counters";
  projection.contexts = {"testing"};
  projection.tables = {query::aggregate_table("counters", "counter_id", {})};
  projection.tables_sql = tables_sql;
  projection.make_folder = [] {
    return query::make_aggregate_folder(
        {&domain::kind_of<Counter>(), 0, [](const domain::Message&, std::vector<query::Value>&) {}});
  };
  return projection;
}

class CounterQueries final
    : public v1::TestingQueryService::WithRawCallbackMethod_GetCounter<v1::TestingQueryService::Service> {
 public:
  explicit CounterQueries(query::QueryContext& context) : counters_(context.view("counters")) {}

  grpc::ServerUnaryReactor* GetCounter(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* reply) override {
    return query::serve<v1::GetCounterRequest>(*context, *request, *reply, [this](auto call) { get(std::move(call)); });
  }

 private:
  void get(Call<v1::GetCounterRequest> call) {
    counters_.when_visible(call, [this, call](ProjectionView::Fresh fresh) {
      counters_.find(0, fresh.visible->generation, {call->counter_id()}, [call](auto found) {
        if (const auto* fault = std::get_if<ReadFault>(&found)) return call.answer->fail(query::no_answer(*fault));
        const auto& row = std::get<std::optional<Row>>(found);
        if (!row) {
          return call.answer->fail(
              query::not_found("testing.keel", "COUNTER_NOT_FOUND", "counter", call->counter_id()));
        }
        v1::CounterState state;
        state.ParseFromString(query::bytes_of(row->values[query::state_column]));
        v1::GetCounterResponse reply;
        reply.set_value(state.value());
        reply.set_version(query::integer_of(row->values[query::version_column]));
        call.answer->answer(reply);
      });
    });
  }

  ProjectionView& counters_;
};

}  // namespace

query::ReadModel counters() {
  return {{counters_projection()}, [](query::QueryContext& context) -> std::unique_ptr<grpc::Service> {
            return std::make_unique<CounterQueries>(context);
          }};
}

}  // namespace keel::testing
