#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

/// One row of the result: a scenario or its reference.
struct Row {
  std::string name;
  double per_second = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  /// CPU microseconds a command, by process group.
  std::map<std::string, double> cpu_us;
  std::map<std::string, std::uint64_t> failed;
  /// Calls a second that were asked for; 0 = as many as go.
  double rate = 0;
};

Row row_of(std::string name, const Outcome& outcome, double rate, const std::map<std::string, double>& cpu_seconds);

/// Rows as a table for people and, with the machine's facts and the ratios, as JSON.
std::string table_of(const std::vector<Row>& rows);
nlohmann::json json_of(const std::vector<Row>& rows);
/// CPU model, cores, memory, kernel.
nlohmann::json machine_facts();

}  // namespace keel::bench
