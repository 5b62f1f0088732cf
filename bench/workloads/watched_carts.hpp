#pragma once

#include <memory>
#include <string>

#include "bench/load.hpp"
#include "bench/switch_watch.hpp"
#include "bench/visibility_check.hpp"

namespace keel::bench {

// Loads whose answers are read, and held against each other. The checks outlive them.

/// `spread_over_carts`, whose acknowledged writes are told to the check by the number of their cart.
std::unique_ptr<Workload> told_carts(const std::string& prefix, int carts, VisibilityCheck& check);

/// GetCart of these carts at random, and one question in ten ListCarts of the customer whose rows are marked.
std::unique_ptr<Workload> checked_reads(const std::string& prefix, int carts, const std::string& customer,
                                        VisibilityCheck& check, SwitchWatch& watch);

}  // namespace keel::bench
