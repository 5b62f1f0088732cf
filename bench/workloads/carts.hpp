#pragma once

#include <memory>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

/// Ids of carts: `prefix` and seven digits.
inline constexpr int cart_digits = 7;

/// AddItem and RemoveItem in turn over `carts` carts: every command stores one event and one receipt.
std::unique_ptr<Workload> spread_over_carts(std::string prefix, int carts);

/// The same `count` AddItem commands, again and again, each with its old request id.
std::unique_ptr<Workload> repeats(std::string prefix, int count);

/// Puts `lines` lines into every cart from 0 on, one cart after the other, and then has nothing to send.
std::unique_ptr<Workload> fill_carts(std::string prefix, int carts, int lines);

/// GetCart of carts that are there, at random.
std::unique_ptr<Workload> read_carts(std::string prefix, int carts);

/// The bare echo, with a request of the same size as AddItem's.
std::unique_ptr<Workload> echo();

}  // namespace keel::bench
