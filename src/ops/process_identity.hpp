#pragma once

#include <string>

#include "core/clock.hpp"
#include "core/uuid.hpp"

namespace keel::ops {

/// What a process says of itself to whoever looks for it.
struct ProcessIdentity {
  /// Of this run: a process that is started again is another one.
  Uuid id;
  /// `command`, `projector`, `query`, `broker`, `dashboard`.
  std::string role;
  /// `host:pid`, for people.
  std::string node;
  /// Of the build.
  std::string version;
  Timestamp started_at;
  /// `host:port` where it serves gRPC and HTTP status; empty when it does not.
  std::string grpc_address;
  std::string status_address;
};

}  // namespace keel::ops
