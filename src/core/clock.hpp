#pragma once

#include <chrono>
#include <functional>

namespace keel {

/// A moment of wall-clock time, UTC, in microseconds: what the journal stores.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Tells the time. Handed in wherever time matters, so that tests can move it.
using Clock = std::function<Timestamp()>;

inline Timestamp system_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace keel
