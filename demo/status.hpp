#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>

namespace keel::demo {

/// `ErrorInfo.reason`, or the code's name when the answer carries none.
std::string reason_of(const grpc::Status& status);

/// For a message to people: `FAILED_PRECONDITION/CART_EMPTY: an empty cart …`.
std::string text_of(const grpc::Status& status);

/// How long to wait before the same call is sent again with the same request id; empty when a repeat would not help.
/// `UNAVAILABLE` and `RESOURCE_EXHAUSTED` are repeated after their RetryInfo, or after 100 ms when the answer is not
/// Keel's (no server was reached); not at all where Keel gives no RetryInfo on purpose, as for a quarantined aggregate.
std::optional<std::chrono::milliseconds> retry_after(const grpc::Status& status);

}  // namespace keel::demo
