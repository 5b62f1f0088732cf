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
      counters_.find(0, fresh.visible->generation, {call->counter_id()}, [call, fresh](auto found) {
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
        reply.set_label(state.label());
        reply.set_parked(fresh.visible->parked({std::string(Counter::type), call->counter_id()}));
        reply.set_version(query::integer_of(row->values[query::version_column]));
        call.answer->answer(reply);
      });
    });
  }

  ProjectionView& counters_;
};

}  // namespace

query::ReadModel counters(const domain::AggregateKind& kind) {
  return {{counters_projection(kind)}, [](query::QueryContext& context) -> std::unique_ptr<grpc::Service> {
            return std::make_unique<CounterQueries>(context);
          }};
}

}  // namespace keel::testing
