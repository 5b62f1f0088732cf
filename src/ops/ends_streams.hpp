#pragma once

namespace keel::ops {

/// A gRPC service whose streams go on until somebody ends them. `GrpcServer` does so when it shuts down, before it
/// counts its grace, so that they do not use it up.
class EndsStreams {
 public:
  virtual ~EndsStreams() = default;
  /// Every stream, and each that comes later, ends with UNAVAILABLE/STOPPING; returns at once. Any thread.
  virtual void end_streams() = 0;
};

}  // namespace keel::ops
