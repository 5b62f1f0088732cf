#pragma once

#include <cstddef>
#include <string>

#include "demo/client.hpp"

namespace keel::demo {

/// An order book goes through the shop: stock comes in, every invoice becomes a cart, every line a purchase, and then a
/// check-out; cancellations come back. What the queries show afterwards goes into the report.
struct Retail {
  Endpoints endpoints;
  std::string file;
  /// Where the report goes, as JSON; `demo/retail_totals.py` compares it with the file.
  std::string report;
  /// Stands in front of every id; fresh when empty.
  std::string run;
  /// Calls in flight.
  std::size_t concurrency = 128;
};

/// Prints progress and a summary. False when something was refused or could not be done.
bool run_retail(const Retail& retail);

}  // namespace keel::demo
