#pragma once

#include <grpcpp/support/status.h>

#include <string>

namespace grpc {
class CallbackServerContext;
}  // namespace grpc

namespace keel::ops {

/// What people may do to a process through its gRPC port.
struct Permissions {
  /// Restart, stop, lift a quarantine, drain, …
  bool actions = false;
  /// Crash an actor.
  bool faults = false;
  /// Empty: whoever reaches the port may. Else the call carries it: `authorization: Bearer TOKEN`.
  std::string token;
};

/// OK, or why this call may do nothing: PERMISSION_DENIED/ACTIONS_DISABLED, UNAUTHENTICATED/TOKEN_REQUIRED. Tokens are
/// compared in constant time.
grpc::Status may_act(const Permissions& permissions, const grpc::CallbackServerContext& context);

}  // namespace keel::ops
