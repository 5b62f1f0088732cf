#include "demo/order_book.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "demo/csv.hpp"

namespace keel::demo {
namespace {

enum Column : std::size_t { invoice, sku, description, quantity, date, unit_price, customer, country, column_count };

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

/// Pence from a decimal such as 2.55, 2.1 or 3; exact, so no more than two places.
std::optional<std::int64_t> pence(std::string_view text) {
  const auto dot = text.find('.');
  const auto pounds = text.substr(0, dot);
  auto places = dot == std::string_view::npos ? std::string() : std::string(text.substr(dot + 1));
  if (pounds.empty() || pounds.size() > 12 || places.size() > 2 || !all_digits(pounds) || !all_digits(places)) {
    return std::nullopt;
  }
  places.resize(2, '0');
  return *whole_number(pounds) * 100 + *whole_number(places);
}

/// Length of the UTF-8 sequence (RFC 3629) that begins the text; 0 when none does, or when it is NUL.
std::size_t letter_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  unsigned lowest = 0x80;
  unsigned highest = 0xBF;
  if (first == 0xE0) lowest = 0xA0;
  if (first == 0xED) highest = 0x9F;
  if (first == 0xF0) lowest = 0x90;
  if (first == 0xF4) highest = 0x8F;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const auto length = letter_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_id(const std::string& field) { return !field.empty() && field.size() <= 100; }

/// Puts a record where it belongs, or says why it is bad.
std::optional<std::string> take(OrderBook& book, std::size_t number, const std::vector<std::string>& record) {
  if (record.size() != column_count) return "has " + std::to_string(record.size()) + " fields, not 8";
  if (!std::ranges::all_of(record, is_text)) return "is no text in UTF-8";
  if (record[sku].empty()) return "has no SKU";
  if (!is_id(record[invoice]) || !is_id(record[sku]) || record[customer].size() > 100)
    return "has an id that is empty or too long";
  const auto count = whole_number(record[quantity]);
  if (!count) return "its quantity is no whole number";
  const auto price = pence(record[unit_price]);
  if (!price) return "its price is no amount in pounds and pence";
  if (*count == 0) return "its quantity is 0";
  if (std::abs(*count) > 1'000'000) return "its quantity is out of all proportion";
  const bool cancels = record[invoice].starts_with('C');
  if (*count < 0 && !cancels) return "its quantity is negative without a cancellation";
  if (*count > 0 && cancels) return "it cancels a positive quantity";
  if (cancels) {
    book.returns.push_back({number, record[sku], -*count});
    return std::nullopt;
  }
  auto& cart = book.invoices[record[invoice]];
  if (cart.sales.empty()) cart.customer = record[customer];
  cart.sales.push_back({number, record[sku], *count, *price});
  return std::nullopt;
}

}  // namespace

std::map<std::string, std::int64_t> OrderBook::sold() const {
  std::map<std::string, std::int64_t> sold;
  for (const auto& line : returns) sold[line.sku];
  for (const auto& [number, cart] : invoices) {
    for (const auto& sale : cart.sales) sold[sale.sku] += sale.quantity;
  }
  return sold;
}

OrderBook read_order_book(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) throw std::runtime_error("cannot read " + path);
  const auto text = std::move(content).str();
  OrderBook book;
  CsvReader reader(text);
  reader.next();
  while (const auto record = reader.next()) {
    ++book.records;
    if (auto why = take(book, book.records, *record)) book.bad.push_back({book.records, std::move(*why)});
  }
  return book;
}

}  // namespace keel::demo
