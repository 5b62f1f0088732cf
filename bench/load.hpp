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

/// One call to make.
struct Request {
  /// Which of the workload's methods.
  std::size_t method = 0;
  grpc::ByteBuffer body;
  /// Handed back to `Workload::completed`.
  std::uint64_t key = 0;
};

/// What came back of one call.
struct Answer {
  std::uint64_t key = 0;
  bool ok = false;
  /// The reply's bytes; may be taken.
  grpc::ByteBuffer& reply;
  /// Since the call was due.
  std::chrono::microseconds took{0};
  /// Code and message of what went wrong; empty when nothing did.
  std::string failure = {};
};

/// Makes one thread's requests. Used by that thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  /// Full method names ("/keel.cart.v1.CartCommandService/AddItem"); asked once.
  virtual std::vector<const char*> methods() const = 0;
  virtual Request next() = 0;
  /// False: nothing may be sent now; asked again after the next answer, or a moment later.
  virtual bool ready() { return true; }
  /// True: nothing will be sent any more, the run may end early.
  virtual bool finished() { return false; }
  virtual void completed(const Answer&) {}
};

using MakeWorkload = std::function<std::unique_ptr<Workload>(int thread)>;

/// How hard to press.
struct Pressure {
  std::string address;
  /// One keeps up with 80,000 calls a second, and costs fewer switches than two.
  int threads = 1;
  int channels = 4;
  /// Most calls in flight over all threads.
  int in_flight = 256;
  /// Calls per second over all threads at fixed times, whatever the answers do (open loop: a late answer counts from
  /// the time at which its call was due); 0 = a new call for every answer (closed loop).
  double rate = 0;
  std::chrono::milliseconds warm_up{2000};
  std::chrono::milliseconds measured{8000};
  /// How long a server may take to be there.
  std::chrono::milliseconds patience{10'000};
  /// Called when the warm-up ends and when the measurement ends.
  std::function<void()> on_begin = [] {};
  std::function<void()> on_end = [] {};
};

/// What came of it, without the warm-up.
struct Outcome {
  double seconds = 0;
  std::uint64_t answered = 0;
  /// Status → how often; OK is not among them.
  std::map<std::string, std::uint64_t> failed;
  Histogram latency;
  /// CPU seconds (user + system) by process group; filled by whoever watches them.
  std::map<std::string, double> cpu_seconds;

  void count(const Answer& answer);
  double per_second() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
  void merge(const Outcome& other);
};

/// Runs one workload a thread until the time is over and everything in flight was answered. Blocks.
/// Throws std::runtime_error when nobody answers at the address.
Outcome press(const Pressure& pressure, const MakeWorkload& make_workload);

}  // namespace keel::bench
