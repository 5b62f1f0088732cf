#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace keel::bench {

/// CPU model, cores, memory, kernel, disks and write-back.
nlohmann::json machine_facts();

/// What decides how long a sync waits for Linux's own writing, for each disk of `blocks` (sysfs: /sys/block): its I/O
/// scheduler, whether it says that it rotates, and the latency that write-back throttling aims at, in microseconds (0:
/// it does not throttle). Null: the kernel does not say. Devices without hardware (loop, zram) are left out.
nlohmann::json disks_of(const std::filesystem::path& blocks);

/// And how much of it there is at a time: the kernel's own names and values from `settings` (/proc/sys/vm); null where
/// it does not say.
nlohmann::json write_back_of(const std::filesystem::path& settings);

}  // namespace keel::bench
