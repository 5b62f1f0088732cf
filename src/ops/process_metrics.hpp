#pragma once

#include <string>

namespace keel::ops {

/// `process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_open_fds`, `process_threads` and
/// `process_start_time_seconds` of this process, as Prometheus reads them. Source: proc(5). Left out where /proc is not
/// there.
std::string process_metrics();

}  // namespace keel::ops
