#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace keel::ops {

// What the services for operators (keel.ops.v1) answer alike.

/// INVALID_ARGUMENT/FIELD_INVALID with the field.
grpc::Status invalid_field(std::string field, std::string description);
/// OK for a reason of 1 to 500 characters, else INVALID_ARGUMENT.
grpc::Status check_reason(std::string_view reason);
/// UNAVAILABLE/STOPPING: the last word of a stream whose process ends.
grpc::Status stream_stops();
/// RESOURCE_EXHAUSTED/TOO_MANY_WATCHERS; `what` they do, for people: "watch the history".
grpc::Status too_many_watchers(const std::string& what);

}  // namespace keel::ops
