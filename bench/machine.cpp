#include "bench/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
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

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

nlohmann::json number_in(const std::filesystem::path& path) {
  const auto line = first_line(path);
  int number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  return error == std::errc() ? nlohmann::json(number) : nlohmann::json();
}

/// The one in brackets: "none [mq-deadline] kyber".
nlohmann::json chosen_in(const std::filesystem::path& path) {
  const auto line = first_line(path);
  const auto from = line.find('[');
  const auto to = line.find(']');
  if (from == std::string::npos || to == std::string::npos) return {};
  return line.substr(from + 1, to - from - 1);
}

}  // namespace

nlohmann::json disks_of(const std::filesystem::path& blocks) {
  auto disks = nlohmann::json::array();
  std::error_code ignored;
  for (const auto& disk : std::filesystem::directory_iterator(blocks, ignored)) {
    if (!std::filesystem::exists(disk.path() / "device", ignored)) continue;
    const auto queue = disk.path() / "queue";
    disks.push_back({{"name", disk.path().filename().string()},
                     {"scheduler", chosen_in(queue / "scheduler")},
                     {"rotational", number_in(queue / "rotational")},
                     {"write_back_latency_us", number_in(queue / "wbt_lat_usec")}});
  }
  return disks;
}

nlohmann::json write_back_of(const std::filesystem::path& settings) {
  auto facts = nlohmann::json::object();
  for (const auto* name :
       {"dirty_expire_centisecs", "dirty_writeback_centisecs", "dirty_background_ratio", "dirty_background_bytes"}) {
    facts[name] = number_in(settings / name);
  }
  return facts;
}

nlohmann::json machine_facts() {
  utsname system{};
  uname(&system);
  const auto bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return {{"cpu", cpu_model()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_gib", bytes / (1 << 30)},
          {"kernel", std::string(system.sysname) + " " + system.release},
          {"disks", disks_of("/sys/block")},
          {"write_back", write_back_of("/proc/sys/vm")}};
}

}  // namespace keel::bench
