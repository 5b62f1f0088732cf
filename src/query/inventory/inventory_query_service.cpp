#include "query/inventory/inventory_query_service.hpp"

#include <algorithm>
#include <utility>

#include "domain/inventory/stock.hpp"
#include "keel/inventory/v1/queries.grpc.pb.h"
#include "query/inventory/stock_projection.hpp"
#include "query/proto_time.hpp"
#include "query/query_context.hpp"
#include "query/request_checks.hpp"

namespace keel::query {
namespace {

namespace v1 = inventory::v1;

constexpr std::string_view context_name = inventory::Stock::context;
constexpr PageRules pages{.usual = 100, .most = 1'000, .key_parts = 1};
constexpr const char* domain_name = "inventory.keel";

/// $1 SKU to go on after, $2 how many
constexpr std::string_view all_skus_sql =
    "SELECT sku, version, changed_at, on_hand, reserved, available FROM availability_g{g}"
    " WHERE sku > $1::text ORDER BY sku LIMIT $2::bigint";

/// $1 SKU, $2 reservation id to go on after, $3 how many
constexpr std::string_view of_sku_sql =
    "SELECT reservation_id, quantity, for_purchase, reserved_at FROM reservations_g{g}"
    " WHERE sku = $1::text AND reservation_id > $2::text ORDER BY reservation_id LIMIT $3::bigint";

AggregateRef stock_ref(const std::string& sku) { return {std::string(inventory::Stock::type), sku}; }

grpc::Status sku_not_found(const std::string& sku) { return not_found(domain_name, "SKU_NOT_FOUND", "sku", sku); }

/// Columns as the table has them, and as `all_skus_sql` selects them.
void fill(const std::vector<Value>& row, const Visible& visible, v1::Availability& availability) {
  availability.set_sku(text_of(row[stock_sku]));
  availability.set_version(integer_of(row[stock_version]));
  set_time(timestamp_of(row[stock_changed_at]), *availability.mutable_changed_at());
  availability.mutable_level()->set_on_hand(integer_of(row[stock_on_hand]));
  availability.mutable_level()->set_reserved(integer_of(row[stock_reserved]));
  availability.mutable_level()->set_available(integer_of(row[stock_available]));
  availability.set_parked(!visible.parked_aggregates.empty() && visible.parked(stock_ref(availability.sku())));
}

void show(const Row& row, const Visible& visible, WatchStream& stream) {
  v1::WatchAvailabilityResponse reply;
  fill(row.values, visible, *reply.mutable_availability());
  reply.set_token(token_of(visible, context_name, row.lane, row.position));
  stream.offer(row.position, serialised(reply));
}

using Raw = v1::InventoryQueryService::WithRawCallbackMethod_GetAvailability<
    v1::InventoryQueryService::WithRawCallbackMethod_ListAvailability<
        v1::InventoryQueryService::WithRawCallbackMethod_WatchAvailability<
            v1::InventoryQueryService::WithRawCallbackMethod_ListReservations<v1::InventoryQueryService::Service>>>>;

class InventoryQueries final : public Raw {
 public:
  explicit InventoryQueries(QueryContext& context)
      : context_(context), stock_(context.view("stock")), availability_(stock_.follow(availability_table, true)) {}

  grpc::ServerUnaryReactor* GetAvailability(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* reply) override {
    return serve<v1::GetAvailabilityRequest>(*context, *request, *reply, [this](auto call) { get(std::move(call)); });
  }

  grpc::ServerUnaryReactor* ListAvailability(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* reply) override {
    return serve<v1::ListAvailabilityRequest>(*context, *request, *reply, [this](auto call) { list(std::move(call)); });
  }

  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchAvailability(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request) override {
    const auto stream = context_.open_stream();
    v1::WatchAvailabilityRequest asked;
    if (parse(*request, asked)) {
      watch(stream, asked, deadline_of(*context));
    } else {
      stream->end(request_malformed());
    }
    return stream.get();
  }

  grpc::ServerUnaryReactor* ListReservations(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* reply) override {
    return serve<v1::ListReservationsRequest>(*context, *request, *reply,
                                              [this](auto call) { list_reservations(std::move(call)); });
  }

 private:
  // -- from memory -------------------------------------------------------------------------------------------------
  void get(Call<v1::GetAvailabilityRequest> call) {
    if (const auto wrong = wrong_id("sku", call->sku())) return call.answer->fail(*wrong);
    stock_.when_visible(call, [this, call](ProjectionView::Fresh fresh) {
      const auto& visible = *fresh.visible;
      const auto row = availability_.find(call->sku());
      if (const auto wrong = not_showable(call->sku(), row != nullptr, fresh)) return call.answer->fail(*wrong);
      v1::GetAvailabilityResponse reply;
      fill(row->values, visible, *reply.mutable_availability());
      fill_as_of(visible, context_name, row->lane, *reply.mutable_as_of());
      call.answer->answer(reply);
    });
  }

  void watch(const std::shared_ptr<WatchStream>& stream, const v1::WatchAvailabilityRequest& request,
             std::optional<Timestamp> deadline) {
    if (const auto wrong = wrong_id("sku", request.sku())) return stream->end(*wrong);
    stock_.when_visible(request, deadline, stream, [this, stream, sku = request.sku()](ProjectionView::Fresh fresh) {
      const std::weak_ptr<WatchStream> weak = stream;
      stream->hold(availability_.follow(sku, [this, weak](const std::shared_ptr<const Row>& row) {
        const auto visible = stock_.board().now();
        if (const auto open = weak.lock()) show(*row, *visible, *open);
      }));
      const auto row = availability_.find(sku);
      if (const auto wrong = not_showable(sku, row != nullptr, fresh)) return stream->end(*wrong);
      show(*row, *fresh.visible, *stream);
    });
  }

  static std::optional<grpc::Status> not_showable(const std::string& sku, bool found,
                                                  const ProjectionView::Fresh& fresh) {
    const auto& visible = *fresh.visible;
    if (found && visible.parked_aggregates.empty()) return {};
    const bool parked_write = visible.parked_for(stock_ref(sku), fresh.tokens);
    if (parked_write || (!found && visible.parked(stock_ref(sku)))) return parked("sku", sku);
    if (!found) return sku_not_found(sku);
    return {};
  }

  // -- from the tables ---------------------------------------------------------------------------------------------
  void list(Call<v1::ListAvailabilityRequest> call) {
    const auto asked = read_page(call->page_size(), call->page_token(), "ListAvailability", pages);
    if (const auto* wrong = std::get_if<grpc::Status>(&asked)) return call.answer->fail(*wrong);
    stock_.when_visible(call, [this, call, page = std::get<Page>(asked)](ProjectionView::Fresh fresh) {
      if (const auto wrong = wrong_generation(page, fresh.visible->generation)) return call.answer->fail(*wrong);
      using enum ColumnType;
      Listing listing{for_generation(all_skus_sql, fresh.visible->generation),
                      {{text, page.after_key()}, {integer, static_cast<std::int64_t>(page.size + 1)}},
                      {text, integer, timestamp, integer, integer, integer}};
      stock_.list(std::move(listing), [call, page, visible = fresh.visible](auto listed) {
        if (const auto* fault = std::get_if<ReadFault>(&listed)) return call.answer->fail(no_answer(*fault));
        call.answer->answer(availabilities_of(std::get<0>(listed), page, *visible));
      });
    });
  }

  static v1::ListAvailabilityResponse availabilities_of(const std::vector<std::vector<Value>>& rows, const Page& page,
                                                        const Visible& visible) {
    v1::ListAvailabilityResponse reply;
    const auto shown = std::min(rows.size(), page.size);
    for (std::size_t i = 0; i < shown; ++i) fill(rows[i], visible, *reply.add_availabilities());
    if (rows.size() > page.size) {
      const PageToken next{visible.generation, {text_of(rows[page.size - 1][stock_sku])}};
      reply.set_next_page_token(encode(next, "ListAvailability"));
    }
    fill_as_of(visible, *reply.mutable_as_of());
    return reply;
  }

  void list_reservations(Call<v1::ListReservationsRequest> call) {
    const std::string query = "ListReservations " + call->sku();
    if (const auto wrong = wrong_id("sku", call->sku())) return call.answer->fail(*wrong);
    const auto asked = read_page(call->page_size(), call->page_token(), query, pages);
    if (const auto* wrong = std::get_if<grpc::Status>(&asked)) return call.answer->fail(*wrong);
    stock_.when_visible(call, [this, call, query, page = std::get<Page>(asked)](ProjectionView::Fresh fresh) {
      if (const auto wrong = wrong_generation(page, fresh.visible->generation)) return call.answer->fail(*wrong);
      const auto row = availability_.find(call->sku());
      if (const auto wrong = not_showable(call->sku(), row != nullptr, fresh)) return call.answer->fail(*wrong);
      using enum ColumnType;
      Listing listing{
          for_generation(of_sku_sql, fresh.visible->generation),
          {{text, call->sku()}, {text, page.after_key()}, {integer, static_cast<std::int64_t>(page.size + 1)}},
          {text, integer, boolean, timestamp}};
      stock_.list(std::move(listing), [call, query, page, lane = row->lane, visible = fresh.visible](auto listed) {
        if (const auto* fault = std::get_if<ReadFault>(&listed)) return call.answer->fail(no_answer(*fault));
        auto reply = reservations_of(std::get<0>(listed), page, query, visible->generation);
        reply.set_parked(visible->parked(stock_ref(call->sku())));
        fill_as_of(*visible, context_name, lane, *reply.mutable_as_of());
        call.answer->answer(reply);
      });
    });
  }

  static v1::ListReservationsResponse reservations_of(const std::vector<std::vector<Value>>& rows, const Page& page,
                                                      const std::string& query, std::int64_t generation) {
    v1::ListReservationsResponse reply;
    const auto shown = std::min(rows.size(), page.size);
    for (std::size_t i = 0; i < shown; ++i) {
      auto& reservation = *reply.add_reservations();
      reservation.set_reservation_id(text_of(rows[i][0]));
      reservation.set_quantity(integer_of(rows[i][1]));
      reservation.set_for_purchase(std::get<bool>(rows[i][2]));
      set_time(timestamp_of(rows[i][3]), *reservation.mutable_reserved_at());
    }
    if (rows.size() > page.size) {
      reply.set_next_page_token(encode(PageToken{generation, {text_of(rows[page.size - 1][0])}}, query));
    }
    return reply;
  }

  QueryContext& context_;
  ProjectionView& stock_;
  RowFeed& availability_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_inventory_query_service(QueryContext& context) {
  return std::make_unique<InventoryQueries>(context);
}

ReadModel stock() { return {{stock_projection()}, &make_inventory_query_service}; }

}  // namespace keel::query
