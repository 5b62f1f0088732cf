#include "demo/retail.hpp"

#include <chrono>
#include <iomanip>
#include <iostream>

#include "demo/ids.hpp"
#include "demo/order_book.hpp"
#include "demo/retail_report.hpp"
#include "demo/retail_shop.hpp"

namespace keel::demo {
namespace {

constexpr std::int64_t spare_of_each_sku = 10;
constexpr std::size_t most_shown = 20;

std::size_t sales_of(const OrderBook& book) {
  std::size_t count = 0;
  for (const auto& [number, invoice] : book.invoices) count += invoice.sales.size();
  return count;
}

void print_bad_lines(const OrderBook& book) {
  std::cout << "skipped " << book.bad.size() << " of " << book.records << " records:\n";
  for (std::size_t i = 0; i < book.bad.size() && i < most_shown; ++i) {
    std::cout << "  record " << book.bad[i].record << ": " << book.bad[i].why << '\n';
  }
  if (book.bad.size() > most_shown) std::cout << "  and " << book.bad.size() - most_shown << " more\n";
}

void print_complaints(const std::vector<std::string>& complaints) {
  for (std::size_t i = 0; i < complaints.size() && i < most_shown; ++i) std::cout << "FAILED " << complaints[i] << '\n';
  if (complaints.size() > most_shown) std::cout << "and " << complaints.size() - most_shown << " more\n";
}

std::string pounds(std::int64_t pence) {
  std::ostringstream text;
  text << pence / 100 << '.' << std::setw(2) << std::setfill('0') << pence % 100 << " GBP";
  return text.str();
}

void print_summary(const OrderBook& book, const Seen& seen, double seconds) {
  const auto sales = sales_of(book);
  std::cout << "carts " << seen.carts.size() << ", lines bought " << sales << ", units " << seen.units() << ", revenue "
            << pounds(seen.revenue()) << ", SKUs " << seen.stock.size() << ", lines taken back " << book.returns.size()
            << "\nin " << std::fixed << std::setprecision(1) << seconds << " s, " << std::setprecision(0)
            << static_cast<double>(sales) / seconds << " lines/s\n";
}

}  // namespace

bool run_retail(const Retail& retail) {
  const auto book = read_order_book(retail.file);
  const auto run = retail.run.empty() ? fresh_run() : retail.run;
  std::cout << "order book " << retail.file << ", run " << run << '\n';
  print_bad_lines(book);

  Client client(retail.endpoints);
  Shop shop(client, run, retail.concurrency);
  const auto begun = std::chrono::steady_clock::now();
  shop.receive_stock(book, spare_of_each_sku);
  shop.buy(book);
  shop.check_out(book);
  shop.take_back(book);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;

  const auto seen = look(client, shop, book, retail.concurrency);
  write_report(retail.report, seen, book);
  print_complaints(shop.complaints());
  print_summary(book, seen, seconds.count());
  return shop.complaints().empty();
}

}  // namespace keel::demo
