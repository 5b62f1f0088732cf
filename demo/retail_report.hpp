#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "demo/client.hpp"
#include "demo/order_book.hpp"
#include "demo/retail_shop.hpp"

namespace keel::demo {

/// What the query services show of a run, by the names of the file.
struct Seen {
  struct Cart {
    std::string customer;
    bool checked_out = false;
    std::int64_t lines = 0;
    std::int64_t units = 0;
    /// Pence.
    std::int64_t amount = 0;
    /// The same, added up line by line.
    std::int64_t amount_of_lines = 0;
  };
  struct Shelf {
    std::int64_t available = 0;
    std::int64_t reserved = 0;
  };
  std::map<std::string, Cart> carts;
  std::map<std::string, Shelf> stock;

  std::int64_t units() const;
  std::int64_t revenue() const;
};

/// Asks for every cart and every SKU of the book. What is not shown is missing in the answer.
Seen look(Client& client, const Shop& shop, const OrderBook& book, std::size_t concurrency);

/// Writes what was seen, and which records were skipped, as JSON.
void write_report(const std::string& path, const Seen& seen, const OrderBook& book);

}  // namespace keel::demo
