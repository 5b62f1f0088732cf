#pragma once

#include <atomic>
#include <cstdint>

#include "demo/buyers.hpp"
#include "demo/client.hpp"
#include "demo/flash_sale.hpp"

namespace keel::demo {

/// What the queries show of a flash sale.
struct Shown {
  std::atomic<std::int64_t> items_of_the_lucky = 0;
  std::atomic<std::int64_t> items_of_others = 0;
  inventory::v1::StockLevel level;
};

/// Asks for the cart of every buyer and for the SKU. The lucky ones' carts and the SKU are seen as of now or later, by
/// a token; the others' carts are not there to give one.
void look(Client& client, const Buyers& buyers, const FlashSale& sale, Shown& shown);

}  // namespace keel::demo
