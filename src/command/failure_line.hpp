#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string_view>

namespace keel::command {

/// Logs at level debug that a command was not accepted, with the trace of its call; otherwise free. Before the call is
/// finished, because its context dies with it.
void tell_failure(std::string_view method, const grpc::Status& status, const grpc::CallbackServerContext& context);

}  // namespace keel::command
