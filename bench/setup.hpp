#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/processes.hpp"

namespace keel::bench {

/// Where the system under test is, and how long to press. A scenario reads what it needs and leaves the rest.
struct Setup {
  std::string command_address = "127.0.0.1:50051";
  std::string query_address = "127.0.0.1:50052";
  /// The bare echo listens there.
  std::string echo_address = "127.0.0.1:50099";
  /// HTTP of the dashboard.
  std::string dashboard_address = "127.0.0.1:8080";
  std::string journal_dsn;
  std::string read_dsn;
  /// A migrated journal of its own, owned by nobody, for raw appends.
  std::string raw_dsn;
  /// Another such, for the second population of `bench_flat`.
  std::string second_raw_dsn;
  /// Processes whose CPU is told apart, beside this one ("client").
  Processes processes;

  int in_flight = 256;
  int channels = 4;
  int threads = 1;
  int carts = 20'000;
  std::vector<double> rates;
  /// Of the load beside which something else is measured.
  double commands_per_second = 2'000;
  double queries_per_second = 1'000;
  std::int64_t events = 8'000'000;
  std::int64_t aggregates = 1'000'000;
  std::chrono::milliseconds warm_up{3000};
  std::chrono::milliseconds measured{10'000};
  int repetitions = 3;
};

}  // namespace keel::bench
