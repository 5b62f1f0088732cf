#include "bench/processes.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace keel::bench {
namespace {

struct Stat {
  pid_t parent = 0;
  double seconds = 0;
};

/// proc(5): fields after the command's closing parenthesis; parent is the 2nd of them, utime and stime the 12th and
/// 13th, those of reaped children the 14th and 15th.
Stat read_stat(const std::filesystem::path& directory) {
  std::ifstream file(directory / "stat");
  std::string line;
  std::getline(file, line);
  const auto after_name = line.rfind(')');
  if (after_name == std::string::npos) return {};
  std::istringstream fields(line.substr(after_name + 2));
  Stat stat;
  std::string skipped;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  double children_user = 0;
  double children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  stat.seconds = (user + system + children_user + children_system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return stat;
}

std::map<pid_t, Stat> read_all() {
  std::map<pid_t, Stat> stats;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos) stats[std::stoi(name)] = read_stat(entry.path());
  }
  return stats;
}

/// Without children that have a name themselves.
double with_children(pid_t pid, const std::map<pid_t, Stat>& stats, const std::set<pid_t>& named) {
  const auto self = stats.find(pid);
  double seconds = self == stats.end() ? 0 : self->second.seconds;
  for (const auto& [child, stat] : stats) {
    if (stat.parent == pid && !named.contains(child)) seconds += with_children(child, stats, named);
  }
  return seconds;
}

std::set<pid_t> all_of(const Processes& processes) {
  std::set<pid_t> all;
  for (const auto& [name, pids] : processes) all.insert(pids.begin(), pids.end());
  return all;
}

}  // namespace

std::map<std::string, double> cpu_seconds(const Processes& processes) {
  const auto stats = read_all();
  const auto named = all_of(processes);
  std::map<std::string, double> seconds;
  for (const auto& [name, pids] : processes) {
    for (const pid_t pid : pids) seconds[name] += with_children(pid, stats, named);
  }
  return seconds;
}

std::map<std::string, double> CpuWatch::used() const {
  auto seconds = cpu_seconds(processes_);
  for (auto& [name, used] : seconds) used -= before_.at(name);
  return seconds;
}

std::uint64_t resident_bytes(const std::vector<pid_t>& pids) {
  std::uint64_t pages = 0;
  for (const pid_t pid : pids) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    if (file >> size >> resident) pages += resident;
  }
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace keel::bench
