#include "query/purchase/purchase_query_service.hpp"

#include <utility>

#include "domain/purchase/purchase.hpp"
#include "keel/purchase/v1/queries.grpc.pb.h"
#include "query/proto_time.hpp"
#include "query/purchase/purchases_projection.hpp"
#include "query/query_context.hpp"
#include "query/request_checks.hpp"

namespace keel::query {
namespace {

namespace v1 = purchase::v1;

constexpr std::string_view context_name = purchase::Purchase::context;

AggregateRef purchase_ref(const std::string& id) { return {std::string(purchase::Purchase::type), id}; }

grpc::Status purchase_not_found(const std::string& id) {
  return not_found("purchase.keel", "PURCHASE_NOT_FOUND", "purchase", id);
}

bool has_ended(v1::PurchaseStatus status) {
  return status == v1::PURCHASE_STATUS_REFUSED || status == v1::PURCHASE_STATUS_RELEASED ||
         status == v1::PURCHASE_STATUS_CONFIRMED || status == v1::PURCHASE_STATUS_FAILED;
}

v1::Purchase purchase_of(const Row& row, const Visible& visible) {
  v1::PurchaseState state;
  state.ParseFromString(bytes_of(row.values[state_column]));
  v1::Purchase purchase;
  purchase.set_purchase_id(text_of(row.values[id_column]));
  purchase.set_status(state.status());
  *purchase.mutable_terms() = std::move(*state.mutable_terms());
  purchase.set_reason(state.reason());
  purchase.set_version(integer_of(row.values[version_column]));
  set_time(timestamp_of(row.values[changed_at_column]), *purchase.mutable_changed_at());
  purchase.set_parked(visible.parked(purchase_ref(purchase.purchase_id())));
  return purchase;
}

/// Sends the row; a purchase that has come to its end ends the stream.
void show(const Row& row, const Visible& visible, WatchStream& stream) {
  v1::WatchPurchaseResponse reply;
  *reply.mutable_purchase() = purchase_of(row, visible);
  reply.set_token(token_of(visible, context_name, row.lane, row.position));
  stream.offer(row.position, serialised(reply));
  if (has_ended(reply.purchase().status())) stream.end(grpc::Status::OK);
}

using Raw = v1::PurchaseQueryService::WithRawCallbackMethod_GetPurchase<
    v1::PurchaseQueryService::WithRawCallbackMethod_WatchPurchase<v1::PurchaseQueryService::Service>>;

class PurchaseQueries final : public Raw {
 public:
  explicit PurchaseQueries(QueryContext& context)
      : context_(context), purchases_(context.view("purchases")), changes_(purchases_.follow(0, false)) {}

  grpc::ServerUnaryReactor* GetPurchase(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* reply) override {
    return serve<v1::GetPurchaseRequest>(*context, *request, *reply, [this](auto call) { get(std::move(call)); });
  }

  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchPurchase(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request) override {
    const auto stream = context_.open_stream();
    v1::WatchPurchaseRequest asked;
    if (parse(*request, asked)) {
      watch(stream, asked, deadline_of(*context));
    } else {
      stream->end(request_malformed());
    }
    return stream.get();
  }

 private:
  using Found = std::variant<Row, grpc::Status>;

  void get(Call<v1::GetPurchaseRequest> call) {
    if (const auto wrong = wrong_id("purchase_id", call->purchase_id())) return call.answer->fail(*wrong);
    purchases_.when_visible(call, [this, call](ProjectionView::Fresh fresh) {
      find(call->purchase_id(), fresh, [call, visible = fresh.visible](const Found& found) {
        if (const auto* wrong = std::get_if<grpc::Status>(&found)) return call.answer->fail(*wrong);
        const auto& row = std::get<Row>(found);
        v1::GetPurchaseResponse reply;
        *reply.mutable_purchase() = purchase_of(row, *visible);
        fill_as_of(*visible, context_name, row.lane, *reply.mutable_as_of());
        call.answer->answer(reply);
      });
    });
  }

  /// Follows first and reads after: a change between the two is told, and told once.
  void watch(const std::shared_ptr<WatchStream>& stream, const v1::WatchPurchaseRequest& request,
             std::optional<Timestamp> deadline) {
    if (const auto wrong = wrong_id("purchase_id", request.purchase_id())) return stream->end(*wrong);
    purchases_.when_visible(request, deadline, stream,
                            [this, stream, id = request.purchase_id()](ProjectionView::Fresh fresh) {
                              const std::weak_ptr<WatchStream> weak = stream;
                              stream->hold(changes_.follow(id, [this, weak](const std::shared_ptr<const Row>& row) {
                                const auto visible = purchases_.board().now();
                                if (const auto open = weak.lock()) show(*row, *visible, *open);
                              }));
                              find(id, fresh, [stream, visible = fresh.visible](const Found& found) {
                                if (const auto* wrong = std::get_if<grpc::Status>(&found)) return stream->end(*wrong);
                                show(std::get<Row>(found), *visible, *stream);
                              });
                            });
  }

  void find(const std::string& id, const ProjectionView::Fresh& fresh, std::function<void(const Found&)> then) {
    const auto ref = purchase_ref(id);
    if (fresh.visible->parked_for(ref, fresh.tokens)) return then(parked("purchase", id));
    const auto answer = [ref, visible = fresh.visible, then = std::move(then)](auto found) {
      if (const auto* fault = std::get_if<ReadFault>(&found)) return then(no_answer(*fault));
      auto& row = std::get<std::optional<Row>>(found);
      if (row) return then(*std::move(row));
      then(visible->parked(ref) ? parked("purchase", ref.id) : purchase_not_found(ref.id));
    };
    purchases_.find(0, fresh.visible->generation, {id}, answer);
  }

  QueryContext& context_;
  ProjectionView& purchases_;
  RowFeed& changes_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_purchase_query_service(QueryContext& context) {
  return std::make_unique<PurchaseQueries>(context);
}

ReadModel purchases() { return {{purchases_projection()}, &make_purchase_query_service}; }

}  // namespace keel::query
