#include "dashboard/metric_text.hpp"

#include <charconv>
#include <limits>

namespace keel::dashboard {
namespace {

constexpr std::string_view commands_name = "keel_commands_total{";
constexpr std::string_view call_name = "grpc_server_call_duration_seconds_bucket{";
constexpr std::string_view stream_name = "keel_stream_command_seconds_bucket{";
/// Calls of the unary command services; the stream's own call lasts as long as its client likes.
constexpr std::string_view command_call = "CommandService/";

std::optional<double> parse_value(std::string_view digits) {
  if (digits == "+Inf") return std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end == digits.data()) return {};
  return value;
}

/// The label's value, without its quotes.
std::string_view label(std::string_view line, std::string_view name) {
  const auto at = line.find(name);
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

void take_bucket(CommandTotals& totals, std::string_view line, double count) {
  if (const auto bound = parse_value(label(line, "le=\""))) totals.not_slower[*bound] += count;
}

void take(CommandTotals& totals, std::string_view line) {
  const auto space = line.rfind(' ');
  if (line.empty() || line.front() == '#' || space == std::string_view::npos) return;
  const auto value = parse_value(line.substr(space + 1));
  if (!value) return;
  if (line.starts_with(commands_name)) {
    totals.commands += *value;
    if (label(line, "outcome=\"") == "refused") totals.refused += *value;
  } else if (line.starts_with(stream_name) ||
             (line.starts_with(call_name) && line.find(command_call) != std::string_view::npos)) {
    take_bucket(totals, line, *value);
  }
}

}  // namespace

CommandTotals command_totals(std::string_view metrics) {
  CommandTotals totals;
  while (!metrics.empty()) {
    const auto end = metrics.find('\n');
    take(totals, metrics.substr(0, end));
    if (end == std::string_view::npos) break;
    metrics.remove_prefix(end + 1);
  }
  return totals;
}

std::optional<double> p99_ms(const CommandTotals& before, const CommandTotals& after) {
  if (after.not_slower.empty()) return {};
  const auto since = [&](const auto& bucket) {
    const auto then = before.not_slower.find(bucket.first);
    return bucket.second - (then == before.not_slower.end() ? 0 : then->second);
  };
  const double calls = since(*after.not_slower.rbegin());
  if (calls <= 0) return {};
  for (const auto& bucket : after.not_slower) {
    if (since(bucket) < 0.99 * calls) continue;
    if (bucket.first == std::numeric_limits<double>::infinity()) return {};
    return bucket.first * 1'000;
  }
  return {};
}

}  // namespace keel::dashboard
