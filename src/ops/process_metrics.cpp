#include "ops/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace keel::ops {
namespace {

void append(std::string& out, std::string_view name, std::string_view kind, std::string_view help, double value) {
  std::ostringstream line;
  line.precision(17);
  line << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << kind << '\n'
       << name << ' ' << value << '\n';
  out += line.str();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The fields of /proc/self/stat behind the process's name, which may hold blanks and brackets: [0] is field 3.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

std::int64_t resident_bytes(const std::vector<std::string>& fields) {
  return std::stoll(fields[21]) * sysconf(_SC_PAGESIZE);
}

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key;) {
    double seconds = 0;
    if (key == "btime" && file >> seconds) return seconds;
    file.ignore(1 << 20, '\n');
  }
  return std::nullopt;
}

std::optional<double> open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  if (error) return std::nullopt;
  return static_cast<double>(std::distance(begin(folder), end(folder)));
}

}  // namespace

std::string process_metrics() {
  std::string out;
  append(out, "process_cpu_seconds_total", "counter", "CPU time used, user and system.", cpu_seconds());
  if (const auto files = open_files()) append(out, "process_open_fds", "gauge", "Open file descriptors.", *files);
  const auto fields = stat_fields();
  if (fields.size() < 22) return out;
  append(out, "process_resident_memory_bytes", "gauge", "Memory in RAM.", static_cast<double>(resident_bytes(fields)));
  append(out, "process_threads", "gauge", "Threads.", std::stod(fields[17]));
  const auto booted = boot_time();
  if (!booted) return out;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  append(out, "process_start_time_seconds", "gauge", "When the process started, Unix time.",
         *booted + std::stod(fields[19]) / ticks);
  return out;
}

ProcessUsage process_usage() {
  ProcessUsage usage;
  usage.cpu_seconds = cpu_seconds();
  const auto fields = stat_fields();
  if (fields.size() < 22) return usage;
  usage.resident_bytes = resident_bytes(fields);
  usage.threads = std::stoi(fields[17]);
  return usage;
}

}  // namespace keel::ops
