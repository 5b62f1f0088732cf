#pragma once

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "ops/metrics.hpp"

namespace keel::ops {

/// The series of one gRPC method: `grpc_server_call_started_total`, `grpc_server_call_duration_seconds` by status,
/// `keel_grpc_in_flight_calls`. Names and buckets: gRPC proposal A66. Any thread.
class CallSeries {
 public:
  /// `method` without the first slash: `keel.cart.v1.CartCommandService/AddItem`. `metrics` outlives it.
  CallSeries(Metrics& metrics, std::string method);
  void started();
  /// `code` is a grpc::StatusCode.
  void ended(int code, double seconds);

 private:
  Metrics& metrics_;
  const std::string method_;
  const Counter started_;
  const Gauge in_flight_;
  std::array<std::atomic<Histogram>, 17> durations_;
};

/// A gRPC service that tells its own `CallSeries`, where every microsecond counts: `GrpcServer` then leaves its calls
/// alone. Why not an interceptor for all? Because gRPC adds an empty batch, with its trip through the completion queue,
/// to every batch of a call that has one.
class MeasuresItself {
 public:
  virtual ~MeasuresItself() = default;
  /// Its methods, as gRPC has them: `/keel.cart.v1.CartCommandService/AddItem`.
  virtual std::vector<std::string> measured_paths() const = 0;
};

}  // namespace keel::ops
