#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <vector>

#include "bench/load.hpp"

namespace keel::bench {

/// One thread of load: sends what is due, takes what is answered. Its CPU is part of every result on a small machine,
/// so methods are registered with the channels, calls live in slots that are used again, and one thread polls one
/// queue.
class Driver {
 public:
  Driver(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
         std::unique_ptr<Workload> workload, int thread, std::chrono::steady_clock::time_point start);
  ~Driver();

  /// Blocks until the time is over and everything in flight was answered.
  Outcome run();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace keel::bench
