#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace keel::bench {

/// Which processes of this machine share a bench's cores: name → process ids. A process's children
/// count with it, unless they are named themselves.
using Processes = std::map<std::string, std::vector<pid_t>>;

/// CPU seconds (user + system) that each named group has used so far, its living children included.
std::map<std::string, double> cpu_seconds(const Processes& processes);

/// CPU seconds since it was made.
class CpuWatch {
 public:
  explicit CpuWatch(Processes processes) : processes_(std::move(processes)), before_(cpu_seconds(processes_)) {}
  std::map<std::string, double> used() const;

 private:
  Processes processes_;
  std::map<std::string, double> before_;
};

/// Resident memory of the processes themselves, in bytes, children not included; 0 for those that are gone.
std::uint64_t resident_bytes(const std::vector<pid_t>& pids);

}  // namespace keel::bench
