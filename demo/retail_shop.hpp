#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "demo/client.hpp"
#include "demo/order_book.hpp"

namespace keel::demo {

/// The shop as a client sees it, for one run: every id that it sends carries the run in front. Each function returns
/// when all of its work has been answered; what goes wrong is kept, line by line.
class Shop {
 public:
  Shop(Client& client, std::string run, std::size_t concurrency)
      : client_(client), run_(std::move(run)), concurrency_(concurrency) {}

  /// Each SKU receives what is sold of it, and so many more.
  void receive_stock(const OrderBook& book, std::int64_t spare);
  /// Every line becomes a purchase; waits until it is in its cart.
  void buy(const OrderBook& book);
  /// Waits until the purchases of the carts are confirmed, too.
  void check_out(const OrderBook& book);
  void take_back(const OrderBook& book);

  std::string cart_id(const std::string& invoice) const { return run_ + "/" + invoice; }
  std::string customer_id(const std::string& customer) const { return run_ + "/" + customer; }
  std::string sku(const std::string& sku) const { return run_ + "/" + sku; }

  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Line {
    const std::string* invoice;
    const Invoice* cart;
    const Sale* sale;
  };

  std::string purchase_id(const std::string& invoice, const Sale& sale) const;
  purchase::v1::BuyRequest request_for(const Line& line) const;
  void receive(const std::string& sku, std::int64_t quantity, std::function<void()> done);
  void buy_one(const Line& line, std::function<void()> done);
  void wait_for_confirmation(const Line& line, std::function<void()> done);
  void complain(std::string text);

  /// In no order: customers come side by side, not invoice by invoice.
  static std::vector<Line> lines_of(const OrderBook& book);

  Client& client_;
  const std::string run_;
  const std::size_t concurrency_;
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

}  // namespace keel::demo
