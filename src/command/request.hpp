#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/call.hpp"
#include "command/method.hpp"
#include "command/service.hpp"

namespace keel::command {

/// What came with a request beside its bytes. The views live as long as the gRPC call.
struct Envelope {
  /// Absent: the client set none.
  std::optional<Timestamp> deadline;
  /// The name that the connection proves; empty when it proves none.
  std::string_view authenticated;
  /// Every `keel-caller` and `traceparent` of the metadata.
  std::vector<std::string_view> callers;
  std::vector<std::string_view> traceparents;
};

/// Turns a request into a call, its reply not yet set, or into the error that the client gets: everything that is
/// wrong, at once (`BadRequest`), nothing submitted.
///
/// | wrong | reason (INVALID_ARGUMENT) |
/// |---|---|
/// | bytes that are no such message, or text that is no UTF-8 | REQUEST_MALFORMED |
/// | no deadline | DEADLINE_REQUIRED |
/// | a version 7 request id more than 5 min ahead, and nothing else | REQUEST_ID_IN_FUTURE |
/// | one older than R − 5 min, and nothing else | REQUEST_ID_EXPIRED |
/// | anything else, or several | FIELD_INVALID |
///
/// A deadline further away than `longest_deadline` counts as that. A traceparent that W3C's form does not allow, or
/// more than one, is dropped, as the Trace Context recommendation says; one of a later version is kept as version 00.
std::variant<actors::Call, grpc::Status> read_request(const Method& method, std::string_view bytes,
                                                      const Envelope& envelope, const EdgeOptions& options,
                                                      Timestamp now);

}  // namespace keel::command
