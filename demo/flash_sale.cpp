#include "demo/flash_sale.hpp"

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "demo/buyers.hpp"
#include "demo/flash_sale_check.hpp"
#include "demo/ids.hpp"

namespace keel::demo {
namespace {

bool open_sale(Client& client, const FlashSale& sale, const std::string& sku) {
  inventory::v1::ReceiveStockRequest request;
  request.set_sku(sku);
  request.set_request_id(fresh_uuid());
  request.set_quantity(sale.stock);
  using Stub = inventory::v1::InventoryCommandService::Stub;
  const auto outcome = client.ask(*client.stock, &Stub::async::ReceiveStock, std::move(request));
  if (!outcome.status.ok()) std::cout << "FAILED stock did not come in: " << text_of(outcome.status) << '\n';
  return outcome.status.ok();
}

void print_latencies(const char* what, Latencies& latencies) {
  std::cout << what << " p50 " << latencies.percentile(0.50) << " ms, p95 " << latencies.percentile(0.95) << " ms, p99 "
            << latencies.percentile(0.99) << " ms\n";
}

void print_summary(Told& told, const Shown& shown, const FlashSale& sale, double seconds) {
  const auto in_carts = shown.items_of_the_lucky + shown.items_of_others;
  std::cout << "sold " << told.sold << ", refused " << told.refused << ", duplicates " << told.duplicates
            << ", oversold " << std::max<std::int64_t>(0, in_carts - sale.stock) << ", items in carts " << in_carts
            << '\n'
            << std::fixed << std::setprecision(1) << static_cast<double>(sale.buyers) / seconds
            << " purchases/s from Buy to the end, " << sale.buyers << " in " << seconds << " s\n";
  print_latencies("Buy accepted:          ", told.accepted);
  print_latencies("in the cart or refused:", told.decided);
}

/// Prints each comparison that does not hold.
class Comparison {
 public:
  void equal(const char* what, std::int64_t found, std::int64_t expected) {
    if (found == expected) return;
    std::cout << "FAILED " << what << ": " << found << ", should be " << expected << '\n';
    holds_ = false;
  }
  bool holds() const { return holds_; }

 private:
  bool holds_ = true;
};

bool compare(const Buyers& buyers, const Told& told, const Shown& shown, const FlashSale& sale) {
  const auto crowd = static_cast<std::int64_t>(sale.buyers);
  const auto sold = std::min(sale.stock, crowd);
  Comparison comparison;
  comparison.equal("buyers without an answer", static_cast<std::int64_t>(buyers.complaints().size()), 0);
  comparison.equal("sold", told.sold, sold);
  comparison.equal("refused", told.refused, crowd - sold);
  comparison.equal("duplicates answered", told.duplicates, (crowd + 19) / 20);
  comparison.equal("duplicates with another reply", told.differing_replies, 0);
  comparison.equal("items in carts of buyers who were told so", shown.items_of_the_lucky, sold);
  comparison.equal("items in carts of other buyers", shown.items_of_others, 0);
  comparison.equal("stock on hand", shown.level.on_hand(), sale.stock);
  comparison.equal("stock promised", shown.level.reserved(), sold);
  comparison.equal("stock available", shown.level.available(), sale.stock - sold);
  return comparison.holds();
}

}  // namespace

bool run_flash_sale(const FlashSale& sale) {
  const auto run = sale.run.empty() ? fresh_run() : sale.run;
  std::cout << sale.buyers << " buyers, " << sale.stock << " in stock, " << sale.concurrency << " at once, run " << run
            << '\n';
  Client client(sale.endpoints);
  Buyers buyers(client, sale, run);
  if (!open_sale(client, sale, buyers.sku())) return false;
  const auto begun = std::chrono::steady_clock::now();
  buyers.buy();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;

  Shown shown;
  look(client, buyers, sale, shown);
  for (std::size_t i = 0; i < std::min<std::size_t>(buyers.complaints().size(), 10); ++i) {
    std::cout << "FAILED " << buyers.complaints()[i] << '\n';
  }
  print_summary(buyers.told(), shown, sale, seconds.count());
  return compare(buyers, buyers.told(), shown, sale);
}

}  // namespace keel::demo
