#include "demo/flash_sale_check.hpp"

#include <utility>

#include "demo/crowd.hpp"
#include "demo/ids.hpp"

namespace keel::demo {
namespace {

void read_cart(Client& client, const std::string& cart_id, const std::string& token, std::atomic<std::int64_t>& items,
               Done done) {
  cart::v1::GetCartRequest request;
  request.set_cart_id(cart_id);
  if (!token.empty()) request.add_min_token(token);
  client.call(*client.cart_views, &cart::v1::CartQueryService::Stub::async::GetCart, std::move(request),
              [&items, done = std::move(done)](const Outcome<cart::v1::GetCartResponse>& outcome) {
                if (outcome.status.ok()) items += outcome.response.cart().totals().unit_count();
                done();
              });
}

/// A command that is only validated changes nothing and gives a token of this moment.
void read_cart_as_of_now(Client& client, const std::string& cart_id, std::atomic<std::int64_t>& items, Done done) {
  cart::v1::CheckOutRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(fresh_uuid());
  request.set_validate_only(true);
  client.call(*client.carts, &cart::v1::CartCommandService::Stub::async::CheckOut, std::move(request),
              [&client, cart_id, &items, done = std::move(done)](const Outcome<cart::v1::CheckOutResponse>& outcome) {
                read_cart(client, cart_id, outcome.response.token(), items, done);
              });
}

inventory::v1::StockLevel level_as_of_now(Client& client, const std::string& sku) {
  inventory::v1::ReceiveStockRequest moment;
  moment.set_sku(sku);
  moment.set_request_id(fresh_uuid());
  moment.set_quantity(1);
  moment.set_validate_only(true);
  using Commands = inventory::v1::InventoryCommandService::Stub;
  const auto outcome = client.ask(*client.stock, &Commands::async::ReceiveStock, std::move(moment));

  inventory::v1::GetAvailabilityRequest request;
  request.set_sku(sku);
  request.add_min_token(outcome.response.token());
  using Views = inventory::v1::InventoryQueryService::Stub;
  return client.ask(*client.stock_views, &Views::async::GetAvailability, std::move(request))
      .response.availability()
      .level();
}

}  // namespace

void look(Client& client, const Buyers& buyers, const FlashSale& sale, Shown& shown) {
  for_each_at_once(sale.buyers, sale.concurrency, Progress("looking into carts", sale.buyers),
                   [&](std::size_t number, Done done) {
                     const auto cart = buyers.cart_id(number);
                     if (buyers.lucky().contains(number)) {
                       return read_cart_as_of_now(client, cart, shown.items_of_the_lucky, std::move(done));
                     }
                     read_cart(client, cart, {}, shown.items_of_others, std::move(done));
                   });
  shown.level = level_as_of_now(client, buyers.sku());
}

}  // namespace keel::demo
