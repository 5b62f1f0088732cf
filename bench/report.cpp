#include "bench/report.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace keel::bench {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string formatted(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

}  // namespace

Row row_of(std::string name, const Outcome& outcome, double rate, const std::map<std::string, double>& cpu_seconds) {
  Row row;
  row.name = std::move(name);
  row.per_second = outcome.per_second();
  row.p50_ms = outcome.latency.quantile(0.50) / 1000;
  row.p95_ms = outcome.latency.quantile(0.95) / 1000;
  row.p99_ms = outcome.latency.quantile(0.99) / 1000;
  row.failed = outcome.failed;
  row.rate = rate;
  for (const auto& [process, seconds] : cpu_seconds) {
    if (outcome.answered > 0) row.cpu_us[process] = seconds * 1e6 / static_cast<double>(outcome.answered);
  }
  return row;
}

std::string table_of(const std::vector<Row>& rows) {
  std::string table = "scenario                        per second   p50 ms   p95 ms   p99 ms   CPU µs a command\n";
  for (const auto& row : rows) {
    char line[160];
    std::snprintf(line, sizeof line, "%-30s %11.0f %8.2f %8.2f %8.2f   ", row.name.c_str(), row.per_second, row.p50_ms,
                  row.p95_ms, row.p99_ms);
    table += line;
    for (const auto& [process, microseconds] : row.cpu_us) table += process + formatted(" %.1f  ", microseconds);
    for (const auto& [status, count] : row.failed) table += "[failed " + std::to_string(count) + ": " + status + "] ";
    table += '\n';
  }
  return table;
}

nlohmann::json json_of(const std::vector<Row>& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) {
    list.push_back({{"name", row.name},
                    {"per_second", row.per_second},
                    {"asked_per_second", row.rate},
                    {"latency_ms", {{"p50", row.p50_ms}, {"p95", row.p95_ms}, {"p99", row.p99_ms}}},
                    {"cpu_us_per_command", row.cpu_us},
                    {"failed", row.failed}});
  }
  return list;
}

nlohmann::json machine_facts() {
  utsname system{};
  uname(&system);
  const auto pages = sysconf(_SC_PHYS_PAGES);
  return {{"cpu", cpu_model()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_gib", static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 30)},
          {"kernel", std::string(system.sysname) + " " + system.release}};
}

}  // namespace keel::bench
