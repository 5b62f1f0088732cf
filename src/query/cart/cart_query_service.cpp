#include "query/cart/cart_query_service.hpp"

#include <map>
#include <utility>

#include "domain/cart/cart.hpp"
#include "keel/cart/v1/queries.grpc.pb.h"
#include "query/cart/carts_projection.hpp"
#include "query/proto_time.hpp"
#include "query/query_context.hpp"
#include "query/request_checks.hpp"

namespace keel::query {
namespace {

namespace v1 = cart::v1;

constexpr std::string_view context_name = cart::Cart::context;
constexpr PageRules pages{.usual = 50, .most = 500, .key_parts = 1};

/// $1 customer, $2 cart id to go on after, $3 how many
constexpr std::string_view of_customer_sql =
    "SELECT cart_id, version, changed_at, status, currency_code, minor_units, line_count, unit_count FROM carts_g{g}"
    " WHERE customer_id = $1::text AND cart_id > $2::text ORDER BY cart_id LIMIT $3::bigint";

AggregateRef cart_ref(const std::string& id) { return {std::string(cart::Cart::type), id}; }

void fill_lines(const v1::CartState& state, v1::Cart& cart) {
  std::map<std::string_view, const v1::CartLine*> by_id;
  for (const auto& [id, line] : state.lines()) by_id[id] = &line;
  for (const auto& [id, line] : by_id) {
    auto& shown = *cart.add_lines();
    shown.set_line_id(std::string(id));
    shown.set_sku(line->sku());
    shown.set_quantity(line->quantity());
    *shown.mutable_unit_price() = line->unit_price();
    if (line->has_purchase_id()) shown.set_purchase_id(line->purchase_id());
  }
}

v1::GetCartResponse shown(const Row& row, const Visible& visible) {
  v1::CartState state;
  state.ParseFromString(bytes_of(row.values[state_column]));
  v1::GetCartResponse reply;
  auto& cart = *reply.mutable_cart();
  cart.set_cart_id(text_of(row.values[id_column]));
  if (state.has_customer_id()) cart.set_customer_id(state.customer_id());
  cart.set_status(state.status());
  fill_lines(state, cart);
  *cart.mutable_totals() = state.totals();
  cart.set_version(integer_of(row.values[version_column]));
  set_time(timestamp_of(row.values[changed_at_column]), *cart.mutable_changed_at());
  cart.set_parked(visible.parked(cart_ref(cart.cart_id())));
  fill_as_of(visible, context_name, row.lane, *reply.mutable_as_of());
  return reply;
}

/// Columns as `of_customer_sql` selects them.
void fill_summary(const std::vector<Value>& row, const Visible& visible, v1::CartSummary& cart) {
  cart.set_cart_id(text_of(row[0]));
  cart.set_version(integer_of(row[1]));
  set_time(timestamp_of(row[2]), *cart.mutable_changed_at());
  cart.set_status(static_cast<v1::CartStatus>(integer_of(row[3])));
  cart.mutable_totals()->mutable_amount()->set_currency_code(text_of(row[4]));
  cart.mutable_totals()->mutable_amount()->set_minor_units(integer_of(row[5]));
  cart.mutable_totals()->set_line_count(integer_of(row[6]));
  cart.mutable_totals()->set_unit_count(integer_of(row[7]));
  cart.set_parked(visible.parked(cart_ref(cart.cart_id())));
}

using Raw = v1::CartQueryService::WithRawCallbackMethod_GetCart<
    v1::CartQueryService::WithRawCallbackMethod_ListCarts<v1::CartQueryService::Service>>;

class CartQueries final : public Raw {
 public:
  explicit CartQueries(QueryContext& context) : carts_(context.view("carts")) {}

  grpc::ServerUnaryReactor* GetCart(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* reply) override {
    return serve<v1::GetCartRequest>(*context, *request, *reply, [this](auto call) { get_cart(std::move(call)); });
  }

  grpc::ServerUnaryReactor* ListCarts(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* reply) override {
    return serve<v1::ListCartsRequest>(*context, *request, *reply, [this](auto call) { list_carts(std::move(call)); });
  }

 private:
  void get_cart(Call<v1::GetCartRequest> call) {
    if (const auto wrong = wrong_id("cart_id", call->cart_id())) return call.answer->fail(*wrong);
    carts_.when_visible(call, [this, call](ProjectionView::Fresh fresh) {
      const auto ref = cart_ref(call->cart_id());
      if (fresh.visible->parked_for(ref, fresh.tokens)) return call.answer->fail(parked("cart", ref.id));
      const auto generation = fresh.visible->generation;
      carts_.find(0, generation, {ref.id}, [call, ref, visible = fresh.visible](auto found) {
        if (std::holds_alternative<ReadFault>(found)) return call.answer->fail(no_answer(std::get<ReadFault>(found)));
        const auto& row = std::get<std::optional<Row>>(found);
        if (row) return call.answer->answer(shown(*row, *visible));
        if (visible->parked(ref)) return call.answer->fail(parked("cart", ref.id));
        call.answer->fail(not_found("cart.keel", "CART_NOT_FOUND", "cart", ref.id));
      });
    });
  }

  void list_carts(Call<v1::ListCartsRequest> call) {
    const std::string query = "ListCarts " + call->customer_id();
    if (const auto wrong = wrong_id("customer_id", call->customer_id())) return call.answer->fail(*wrong);
    const auto asked = read_page(call->page_size(), call->page_token(), query, pages);
    if (const auto* wrong = std::get_if<grpc::Status>(&asked)) return call.answer->fail(*wrong);
    carts_.when_visible(call, [this, call, query, page = std::get<Page>(asked)](ProjectionView::Fresh fresh) {
      if (const auto wrong = wrong_generation(page, fresh.visible->generation)) return call.answer->fail(*wrong);
      carts_.list(listing(*call.request, page, fresh.visible->generation),
                  [call, query, page, visible = fresh.visible](auto listed) {
                    if (const auto* fault = std::get_if<ReadFault>(&listed))
                      return call.answer->fail(no_answer(*fault));
                    call.answer->answer(page_of(std::get<0>(listed), page, query, *visible));
                  });
    });
  }

  static Listing listing(const v1::ListCartsRequest& request, const Page& page, std::int64_t generation) {
    using enum ColumnType;
    return {
        for_generation(of_customer_sql, generation),
        {{text, request.customer_id()}, {text, page.after_key()}, {integer, static_cast<std::int64_t>(page.size + 1)}},
        {text, integer, timestamp, integer, text, integer, integer, integer}};
  }

  static v1::ListCartsResponse page_of(const std::vector<std::vector<Value>>& rows, const Page& page,
                                       const std::string& query, const Visible& visible) {
    v1::ListCartsResponse reply;
    const auto shown_rows = std::min(rows.size(), page.size);
    for (std::size_t i = 0; i < shown_rows; ++i) fill_summary(rows[i], visible, *reply.add_carts());
    if (rows.size() > page.size) {
      reply.set_next_page_token(encode(PageToken{visible.generation, {text_of(rows[page.size - 1][0])}}, query));
    }
    fill_as_of(visible, *reply.mutable_as_of());
    return reply;
  }

  ProjectionView& carts_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_cart_query_service(QueryContext& context) {
  return std::make_unique<CartQueries>(context);
}

ReadModel carts() { return {{carts_projection()}, &make_cart_query_service}; }

}  // namespace keel::query
