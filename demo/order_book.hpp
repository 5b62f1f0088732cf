#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace keel::demo {

/// A line that sells something.
struct Sale {
  /// Of the record in the file; the header is 0.
  std::size_t record;
  std::string sku;
  std::int64_t quantity;
  /// Pence.
  std::int64_t unit_price;
};

/// The lines of one invoice, which becomes one cart.
struct Invoice {
  /// Empty for a guest.
  std::string customer;
  std::vector<Sale> sales;
};

/// A line of a cancellation: goods that come back.
struct Return {
  std::size_t record;
  std::string sku;
  std::int64_t quantity;
};

/// A line that is reported and skipped.
struct BadLine {
  std::size_t record;
  std::string why;
};

/// An order book as CSV (RFC 4180): InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
/// Country, after one header line. An invoice that begins with C cancels: its quantities are negative. SKUs are kept
/// byte for byte. Bad is what does not parse, an empty SKU, quantity 0, and a negative quantity without the C; price 0
/// and no customer are good.
struct OrderBook {
  std::map<std::string, Invoice> invoices;
  std::vector<Return> returns;
  std::vector<BadLine> bad;
  std::size_t records = 0;

  /// Every SKU of a good line, with how many of it are sold.
  std::map<std::string, std::int64_t> sold() const;
};

/// Throws `std::runtime_error` when the file cannot be read.
OrderBook read_order_book(const std::string& path);

}  // namespace keel::demo
