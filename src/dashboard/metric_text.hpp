#pragma once

#include <map>
#include <optional>
#include <string_view>

namespace keel::dashboard {

/// What the dashboard wants of a command process's `/metrics`: running totals, whose differences are rates.
struct CommandTotals {
  /// `keel_commands_total`, and of it those with outcome `refused`.
  double commands = 0;
  double refused = 0;
  /// Of the durations of command calls and of commands on streams: upper bound in seconds → calls not slower.
  std::map<double, double> not_slower;
};

/// Reads Prometheus' text format (0.0.4); lines that it does not know are passed over.
CommandTotals command_totals(std::string_view metrics);

/// The duration in milliseconds that 99 of 100 calls between the two did not exceed: the upper bound of its bucket.
/// Nothing when there was no call, or the slowest bucket has no bound.
std::optional<double> p99_ms(const CommandTotals& before, const CommandTotals& after);

}  // namespace keel::dashboard
