#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <variant>

#include "actors/call.hpp"
#include "command/request.hpp"
#include "keel/commands/v1/stream.pb.h"

namespace keel::command {

/// Most commands of one message: a message that shares its cost among so many gains nothing by more.
inline constexpr int most_items = 256;

/// Fills the message; otherwise says why the stream must end: REQUEST_MALFORMED, or FIELD_INVALID for more than
/// `most_items`.
grpc::Status read_message(grpc::ByteBuffer& bytes, commands::v1::ExecuteRequest& message);

/// What bounds the time of a command beside its own timeout.
struct ItemTimes {
  /// When the command was read.
  Timestamp now;
  /// Of a command that brings none.
  std::chrono::milliseconds default_timeout;
  /// Absent: the stream has no deadline.
  std::optional<Timestamp> stream_deadline;
};

/// As `read_request`, for one command of a stream. `envelope` is the stream's; its deadline becomes the command's.
///
/// `method` is the one that the command's type names; nullptr is UNIMPLEMENTED/COMMAND_UNKNOWN, as gRPC itself answers
/// an unknown method. A timeout that is not more than 0 is INVALID_ARGUMENT/FIELD_INVALID.
std::variant<actors::Call, grpc::Status> read_item(const Method* method, const commands::v1::CommandItem& item,
                                                   Envelope& envelope, const ItemTimes& times,
                                                   const EdgeOptions& options);

}  // namespace keel::command
