#pragma once

#include <cstdint>
#include <string>

namespace keel::ops {

/// `process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_open_fds`, `process_threads` and
/// `process_start_time_seconds` of this process, as Prometheus reads them. Source: proc(5). Left out where /proc is not
/// there.
std::string process_metrics();

/// What this process uses; 0 where /proc is not there.
struct ProcessUsage {
  /// User and system, since its start.
  double cpu_seconds = 0;
  std::int64_t resident_bytes = 0;
  std::int32_t threads = 0;
};
ProcessUsage process_usage();

}  // namespace keel::ops
