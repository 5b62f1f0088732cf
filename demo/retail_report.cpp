#include "demo/retail_report.hpp"

#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "demo/crowd.hpp"
#include "demo/ids.hpp"

namespace keel::demo {
namespace {

using CartCommands = cart::v1::CartCommandService::Stub;
using StockCommands = inventory::v1::InventoryCommandService::Stub;
using CartViews = cart::v1::CartQueryService::Stub;
using StockViews = inventory::v1::InventoryQueryService::Stub;

Seen::Cart seen_cart(const cart::v1::Cart& cart, const std::string& customer_prefix) {
  Seen::Cart seen;
  if (cart.has_customer_id()) seen.customer = cart.customer_id().substr(customer_prefix.size());
  seen.checked_out = cart.status() == cart::v1::CART_STATUS_CHECKED_OUT;
  seen.lines = cart.lines_size();
  seen.amount = cart.totals().amount().minor_units();
  for (const auto& line : cart.lines()) {
    seen.units += line.quantity();
    seen.amount_of_lines += line.quantity() * line.unit_price().minor_units();
  }
  return seen;
}

/// Looks at what each name stands for after everything that was written to it before this call: a command that is only
/// validated changes nothing and gives a token of that moment.
class Look {
 public:
  Look(Client& client, const Shop& shop) : client_(client), shop_(shop) {}

  void at_cart(const std::string& invoice, Done done) {
    cart::v1::CheckOutRequest request;
    request.set_cart_id(shop_.cart_id(invoice));
    request.set_request_id(fresh_uuid());
    request.set_validate_only(true);
    client_.call(*client_.carts, &CartCommands::async::CheckOut, std::move(request),
                 [this, invoice, done = std::move(done)](const Outcome<cart::v1::CheckOutResponse>& outcome) {
                   if (!outcome.status.ok()) return done();
                   read_cart(invoice, outcome.response.token(), done);
                 });
  }

  void at_stock(const std::string& sku, Done done) {
    inventory::v1::ReceiveStockRequest request;
    request.set_sku(shop_.sku(sku));
    request.set_request_id(fresh_uuid());
    request.set_quantity(1);
    request.set_validate_only(true);
    client_.call(*client_.stock, &StockCommands::async::ReceiveStock, std::move(request),
                 [this, sku, done = std::move(done)](const Outcome<inventory::v1::ReceiveStockResponse>& outcome) {
                   if (!outcome.status.ok()) return done();
                   read_stock(sku, outcome.response.token(), done);
                 });
  }

  Seen take() { return std::move(seen_); }

 private:
  void read_cart(const std::string& invoice, const std::string& token, Done done) {
    cart::v1::GetCartRequest request;
    request.set_cart_id(shop_.cart_id(invoice));
    request.add_min_token(token);
    client_.call(*client_.cart_views, &CartViews::async::GetCart, std::move(request),
                 [this, invoice, done = std::move(done)](const Outcome<cart::v1::GetCartResponse>& outcome) {
                   if (outcome.status.ok()) keep(invoice, outcome.response.cart());
                   done();
                 });
  }

  void read_stock(const std::string& sku, const std::string& token, Done done) {
    inventory::v1::GetAvailabilityRequest request;
    request.set_sku(shop_.sku(sku));
    request.add_min_token(token);
    client_.call(*client_.stock_views, &StockViews::async::GetAvailability, std::move(request),
                 [this, sku, done = std::move(done)](const Outcome<inventory::v1::GetAvailabilityResponse>& outcome) {
                   if (outcome.status.ok()) keep(sku, outcome.response.availability().level());
                   done();
                 });
  }

  void keep(const std::string& invoice, const cart::v1::Cart& cart) {
    const std::lock_guard lock(mutex_);
    seen_.carts[invoice] = seen_cart(cart, shop_.customer_id({}));
  }

  void keep(const std::string& sku, const inventory::v1::StockLevel& level) {
    const std::lock_guard lock(mutex_);
    seen_.stock[sku] = {level.available(), level.reserved()};
  }

  Client& client_;
  const Shop& shop_;
  std::mutex mutex_;
  Seen seen_;
};

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

nlohmann::json json_of(const Seen::Cart& cart) {
  return {{"customer", cart.customer}, {"checked_out", cart.checked_out}, {"lines", cart.lines},
          {"units", cart.units},       {"amount", cart.amount},           {"amount_of_lines", cart.amount_of_lines}};
}

}  // namespace

std::int64_t Seen::units() const {
  return std::transform_reduce(carts.begin(), carts.end(), std::int64_t{0}, std::plus<>(),
                               [](const auto& entry) { return entry.second.units; });
}

std::int64_t Seen::revenue() const {
  return std::transform_reduce(carts.begin(), carts.end(), std::int64_t{0}, std::plus<>(),
                               [](const auto& entry) { return entry.second.checked_out ? entry.second.amount : 0; });
}

Seen look(Client& client, const Shop& shop, const OrderBook& book, std::size_t concurrency) {
  Look look(client, shop);
  const auto invoices = names_of(book.invoices);
  for_each_at_once(invoices.size(), concurrency, Progress("asking for carts", invoices.size()),
                   [&](std::size_t i, Done done) { look.at_cart(invoices[i], std::move(done)); });
  const auto skus = names_of(book.sold());
  for_each_at_once(skus.size(), concurrency, Progress("asking for stock, SKUs", skus.size()),
                   [&](std::size_t i, Done done) { look.at_stock(skus[i], std::move(done)); });
  return look.take();
}

void write_report(const std::string& path, const Seen& seen, const OrderBook& book) {
  auto carts = nlohmann::json::object();
  for (const auto& [invoice, cart] : seen.carts) carts[invoice] = json_of(cart);
  auto stock = nlohmann::json::object();
  for (const auto& [sku, shelf] : seen.stock)
    stock[sku] = {{"available", shelf.available}, {"reserved", shelf.reserved}};
  auto skipped = nlohmann::json::array();
  for (const auto& line : book.bad) skipped.push_back(line.record);
  std::ofstream file(path);
  file << nlohmann::json{{"records", book.records}, {"skipped", skipped}, {"carts", carts}, {"stock", stock}} << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace keel::demo
