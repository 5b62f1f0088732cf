#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

namespace keel::ops {

/// The trace that a call belongs to, for log lines: the id of its `traceparent` metadata; empty when it has none, an
/// invalid one or several. A view that lives as long as the call.
std::string_view trace_id_of(const grpc::CallbackServerContext& context);

}  // namespace keel::ops
