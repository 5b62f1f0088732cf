#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

/// Reserve and ReleaseReservation in turn on one SKU, which has stock enough. `run` tells the reservations of several
/// workloads on it apart.
std::unique_ptr<Workload> one_hot_sku(std::string sku, int run);

/// GetAvailability of one SKU, from the query server's memory.
std::unique_ptr<Workload> read_availability(std::string sku);

/// Buys one of the SKU again and again, each into a cart of its own; sends only while `may_buy` says so, which is
/// told how many have begun.
std::unique_ptr<Workload> buy(std::string prefix, std::string sku, std::function<bool(std::uint64_t begun)> may_buy);

/// Makes the SKU and gives it a stock that no bench uses up; its token. Throws when the server refuses.
std::string receive_stock(const std::string& command_address, const std::string& sku);

}  // namespace keel::bench
