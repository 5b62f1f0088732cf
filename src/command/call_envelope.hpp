#pragma once

#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>

#include <memory>

#include "command/request.hpp"

namespace keel::command {

/// What a gRPC call brings beside its messages. Its views live as long as this and the call.
class CallEnvelope {
 public:
  /// `authenticated`: look for the name that the peer's certificate proves.
  CallEnvelope(const grpc::CallbackServerContext& context, bool authenticated);
  const Envelope& view() const { return envelope_; }

 private:
  /// Holds the authenticated name.
  std::shared_ptr<const grpc::AuthContext> authentication_;
  Envelope envelope_;
};

}  // namespace keel::command
