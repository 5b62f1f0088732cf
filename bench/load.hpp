#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/histogram.hpp"

namespace keel::bench {

/// One call to make: a full method name ("/keel.cart.v1.CartCommandService/AddItem") and the request's bytes.
struct Request {
  std::string method;
  grpc::ByteBuffer body;
  /// Handed back to `Workload::completed`.
  std::uint64_t key = 0;
};

/// Makes one thread's requests. Used by that thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Request next() = 0;
  virtual void completed(std::uint64_t key, bool ok) = 0;
};

/// How hard to press.
struct Pressure {
  std::string address;
  int threads = 2;
  int channels = 4;
  /// Most calls in flight over all threads.
  int in_flight = 256;
  /// Calls per second over all threads at fixed times, whatever the answers do (open loop: a late answer counts from
  /// the time at which its call was due); 0 = a new call for every answer (closed loop).
  double rate = 0;
  std::chrono::milliseconds warm_up{2000};
  std::chrono::milliseconds measured{8000};
  /// Called when the warm-up ends and when the measurement ends.
  std::function<void()> on_begin = [] {};
  std::function<void()> on_end = [] {};
};

/// What came of it, without the warm-up.
struct Outcome {
  double seconds = 0;
  std::uint64_t answered = 0;
  /// Status code name → how often; OK is not among them.
  std::map<std::string, std::uint64_t> failed;
  Histogram latency;
  double per_second() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

/// Runs one workload a thread until the time is over and everything in flight was answered. Blocks.
Outcome press(const Pressure& pressure, const std::function<std::unique_ptr<Workload>(int thread)>& make_workload);

}  // namespace keel::bench
