#pragma once

#include <memory>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

/// AddItem and RemoveItem in turn over `carts` carts of this thread: every command stores one event and one receipt.
std::unique_ptr<Workload> spread_over_carts(std::string prefix, int carts);

/// Reserve and ReleaseReservation in turn on one SKU, which has stock enough.
std::unique_ptr<Workload> one_hot_sku(std::string sku, int thread);

/// The bare echo, with a request of the same size as AddItem's.
std::unique_ptr<Workload> echo();

/// The same `count` AddItem commands, again and again, each with its old request id.
std::unique_ptr<Workload> repeats(std::string prefix, int count);

/// Makes the SKU and gives it a stock that no bench uses up. Throws when the server refuses.
void receive_stock(const std::string& address, const std::string& sku);

}  // namespace keel::bench
