#pragma once

#include <chrono>
#include <cstddef>

namespace keel::command {

struct StreamOptions {
  /// Most commands of one stream that wait for an answer, or for the client to take it; beyond, the server stops
  /// reading. No more than one aggregate may have in flight, so that a single stream never meets that limit.
  std::size_t in_flight = 1024;
  /// The same in bytes of commands and results.
  std::size_t waiting_bytes = std::size_t{8} << 20;
  /// Of a command that brings none.
  std::chrono::milliseconds default_timeout{10'000};
};

}  // namespace keel::command
