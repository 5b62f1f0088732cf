#include "demo/retail_shop.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "demo/crowd.hpp"
#include "demo/ids.hpp"
#include "demo/purchase_watch.hpp"

namespace keel::demo {
namespace {

/// Longer than any run: nothing expires before its check-out.
constexpr std::int64_t hold_seconds = 86'400;

}  // namespace

void Shop::receive_stock(const OrderBook& book, std::int64_t spare) {
  const auto sold = book.sold();
  const std::vector<std::pair<std::string, std::int64_t>> skus(sold.begin(), sold.end());
  for_each_at_once(skus.size(), concurrency_, Progress("receiving stock, SKUs", skus.size()),
                   [&](std::size_t i, Done done) { receive(skus[i].first, skus[i].second + spare, std::move(done)); });
}

void Shop::take_back(const OrderBook& book) {
  for_each_at_once(
      book.returns.size(), concurrency_, Progress("taking back, lines", book.returns.size()),
      [&](std::size_t i, Done done) { receive(book.returns[i].sku, book.returns[i].quantity, std::move(done)); });
}

void Shop::receive(const std::string& sku_in_file, std::int64_t quantity, std::function<void()> done) {
  inventory::v1::ReceiveStockRequest request;
  request.set_sku(sku(sku_in_file));
  request.set_request_id(fresh_uuid());
  request.set_quantity(quantity);
  using Stub = inventory::v1::InventoryCommandService::Stub;
  client_.call(*client_.stock, &Stub::async::ReceiveStock, std::move(request),
               [this, sku_in_file, done](const Outcome<inventory::v1::ReceiveStockResponse>& outcome) {
                 if (!outcome.status.ok()) complain("stock of " + sku_in_file + ": " + text_of(outcome.status));
                 done();
               });
}

std::vector<Shop::Line> Shop::lines_of(const OrderBook& book) {
  std::vector<Line> lines;
  for (const auto& [number, cart] : book.invoices) {
    for (const auto& sale : cart.sales) lines.push_back({&number, &cart, &sale});
  }
  std::shuffle(lines.begin(), lines.end(), std::minstd_rand());
  return lines;
}

void Shop::buy(const OrderBook& book) {
  const auto lines = lines_of(book);
  for_each_at_once(lines.size(), concurrency_, Progress("buying, lines into carts", lines.size()),
                   [&](std::size_t i, Done done) { buy_one(lines[i], std::move(done)); });
}

std::string Shop::purchase_id(const std::string& invoice, const Sale& sale) const {
  return cart_id(invoice) + "/" + std::to_string(sale.record);
}

purchase::v1::BuyRequest Shop::request_for(const Line& line) const {
  purchase::v1::BuyRequest request;
  request.set_purchase_id(purchase_id(*line.invoice, *line.sale));
  request.set_request_id(fresh_uuid());
  request.set_cart_id(cart_id(*line.invoice));
  if (!line.cart->customer.empty()) request.set_customer_id(customer_id(line.cart->customer));
  request.set_sku(sku(line.sale->sku));
  request.set_quantity(line.sale->quantity);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(line.sale->unit_price);
  request.set_hold_seconds(hold_seconds);
  return request;
}

void Shop::buy_one(const Line& line, std::function<void()> done) {
  auto request = request_for(line);
  const auto id = request.purchase_id();
  using Stub = purchase::v1::PurchaseCommandService::Stub;
  client_.call(*client_.purchases, &Stub::async::Buy, std::move(request),
               [this, id, done](const Outcome<purchase::v1::BuyResponse>& outcome) {
                 if (!outcome.status.ok()) {
                   complain("buying " + id + ": " + text_of(outcome.status));
                   return done();
                 }
                 watch_purchase(client_, id, outcome.response.token(), Until::in_cart,
                                [this, id, done](const Verdict& verdict) {
                                  if (verdict.where() != purchase::v1::PURCHASE_STATUS_IN_CART) {
                                    complain("purchase " + id + " is not in its cart: " + verdict.purchase.reason() +
                                             verdict.status.error_message());
                                  }
                                  done();
                                });
               });
}

void Shop::check_out(const OrderBook& book) {
  std::vector<std::string> carts;
  for (const auto& [number, cart] : book.invoices) carts.push_back(cart_id(number));
  using Stub = cart::v1::CartCommandService::Stub;
  for_each_at_once(carts.size(), concurrency_, Progress("checking out, carts", carts.size()),
                   [&](std::size_t i, Done done) {
                     cart::v1::CheckOutRequest request;
                     request.set_cart_id(carts[i]);
                     request.set_request_id(fresh_uuid());
                     client_.call(*client_.carts, &Stub::async::CheckOut, std::move(request),
                                  [this, id = carts[i], done](const Outcome<cart::v1::CheckOutResponse>& outcome) {
                                    if (!outcome.status.ok())
                                      complain("check-out of " + id + ": " + text_of(outcome.status));
                                    done();
                                  });
                   });
  const auto lines = lines_of(book);
  for_each_at_once(lines.size(), concurrency_, Progress("confirming, lines", lines.size()),
                   [&](std::size_t i, Done done) { wait_for_confirmation(lines[i], std::move(done)); });
}

void Shop::wait_for_confirmation(const Line& line, std::function<void()> done) {
  const auto id = purchase_id(*line.invoice, *line.sale);
  watch_purchase(client_, id, {}, Until::end, [this, id, done](const Verdict& verdict) {
    if (verdict.where() != purchase::v1::PURCHASE_STATUS_CONFIRMED) {
      complain("purchase " + id + " is not confirmed: " + verdict.purchase.reason() + verdict.status.error_message());
    }
    done();
  });
}

void Shop::complain(std::string text) {
  const std::lock_guard lock(mutex_);
  complaints_.push_back(std::move(text));
}

}  // namespace keel::demo
