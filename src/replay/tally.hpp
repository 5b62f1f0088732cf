#pragma once

#include <atomic>
#include <cstdint>

namespace keel::replay {

/// How far a long look over the journal has come. Written by those who look, read by whoever tells people. Any thread.
struct Tally {
  /// Events to read; grows when a lane must be read again.
  std::atomic<std::int64_t> target{0};
  std::atomic<std::int64_t> events{0};
  std::atomic<std::int64_t> receipts{0};
  std::atomic<std::int64_t> snapshots{0};
  std::atomic<std::int64_t> findings{0};
};

}  // namespace keel::replay
