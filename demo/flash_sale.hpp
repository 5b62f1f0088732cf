#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "demo/client.hpp"

namespace keel::demo {

/// Many buyers, one SKU, less of it than buyers: each has a cart, sends one Buy of one unit with its own UUIDv7 (one in
/// twenty sends it twice) and watches its purchase until the item is in the cart or the stock was refused.
struct FlashSale {
  Endpoints endpoints;
  std::int64_t stock = 1'000;
  std::size_t buyers = 20'000;
  std::size_t concurrency = 256;
  /// Stands in front of every id; fresh when empty.
  std::string run;
};

/// Prints progress and a summary, then compares what the buyers were told with what the queries show. False when
/// anything differs: sold = items in carts = min(stock, buyers), refused = the rest, oversold = 0.
bool run_flash_sale(const FlashSale& sale);

}  // namespace keel::demo
