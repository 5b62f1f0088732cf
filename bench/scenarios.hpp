#pragma once

#include <string>
#include <vector>

#include "bench/processes.hpp"
#include "bench/report.hpp"

namespace keel::bench {

/// Where the system under test is, and how long to press.
struct Setup {
  std::string command_address = "127.0.0.1:50051";
  std::string echo_address = "127.0.0.1:50099";
  /// A migrated journal of its own, owned by nobody, for the raw append.
  std::string raw_append_dsn;
  /// Processes whose CPU is told apart, beside this one ("client").
  Processes processes;
  int in_flight = 256;
  int carts = 20'000;
  std::chrono::milliseconds warm_up{3000};
  std::chrono::milliseconds measured{10'000};
  int repetitions = 3;
};

/// What a bench came to: its rows, and named ratios between them.
struct Finding {
  std::vector<Row> rows;
  std::map<std::string, double> ratios;
};

/// Durable commands a second, spread over carts: beside the bare echo and the raw append in the same run, then at half
/// of that load for the latency.
Finding bench_command(const Setup& setup);

/// The same on one SKU.
Finding bench_hot(const Setup& setup);

/// How much a client that repeats 1,000 old request ids a second slows its neighbours: median of interleaved pairs.
Finding bench_neighbours(const Setup& setup);

}  // namespace keel::bench
