#pragma once

#include <grpcpp/support/status.h>

#include <string>

namespace grpc {
class ServerContextBase;
}  // namespace grpc

namespace keel::ops {

/// Whether a running process may be changed from outside, and by whom.
struct ActionRules {
  /// `ops.actions`.
  bool actions = false;
  /// `faults`: it may be crashed, too.
  bool faults = false;
  /// `ops.token`; empty: whoever reaches the port.
  std::string token;
};

/// OK when this call may change something: PERMISSION_DENIED/ACTIONS_DISABLED unless `rules.actions`, and
/// UNAUTHENTICATED/TOKEN_REQUIRED when there is a token and the call does not carry `authorization: Bearer TOKEN`. The
/// comparison takes the same time wherever a wrong token differs.
grpc::Status may_act(const grpc::ServerContextBase& context, const ActionRules& rules);

}  // namespace keel::ops
