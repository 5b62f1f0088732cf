#include "command/item_request.hpp"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <string>

#include "command/method.hpp"
#include "ops/error_status.hpp"

namespace keel::command {
namespace {

using commands::v1::CommandItem;
using commands::v1::ExecuteRequest;
using std::chrono::microseconds;

/// Far beyond every deadline, and far from where microseconds overflow.
constexpr std::int64_t most_seconds = 1'000'000'000;

grpc::Status invalid(const std::string& field, const std::string& must) {
  return ops::error_status(grpc::INVALID_ARGUMENT, field + " " + must,
                           {"FIELD_INVALID", "keel", {}, {{field, must}}, {}});
}

grpc::Status malformed() {
  const std::string& type = ExecuteRequest::descriptor()->full_name();
  return ops::error_status(grpc::INVALID_ARGUMENT, "the bytes are no " + type,
                           {"REQUEST_MALFORMED", "keel", {{"type", type}}, {}, {}});
}

grpc::Status unknown(const CommandItem& item) {
  const std::string& type = item.command().type_url();
  return ops::error_status(grpc::UNIMPLEMENTED, "no method takes a command of type '" + type + "'",
                           {"COMMAND_UNKNOWN", "keel", {{"type", type}}, {}, {}});
}

microseconds timeout_of(const CommandItem& item, std::chrono::milliseconds default_timeout) {
  if (!item.has_timeout()) return default_timeout;
  const std::int64_t seconds = std::clamp(item.timeout().seconds(), -most_seconds, most_seconds);
  return std::chrono::seconds(seconds) + microseconds(item.timeout().nanos() / 1000);
}

}  // namespace

grpc::Status read_message(grpc::ByteBuffer& bytes, ExecuteRequest& message) {
  grpc::ProtoBufferReader reader(&bytes);
  if (!reader.status().ok() || !message.ParseFromZeroCopyStream(&reader)) return malformed();
  if (message.items_size() > most_items) return invalid("items", "must be at most " + std::to_string(most_items));
  return grpc::Status::OK;
}

std::variant<actors::Call, grpc::Status> read_item(const Method* method, const CommandItem& item, Envelope& envelope,
                                                   const ItemTimes& times, const EdgeOptions& options) {
  if (method == nullptr) return unknown(item);
  const microseconds timeout = timeout_of(item, times.default_timeout);
  if (timeout <= microseconds(0)) return invalid("timeout", "must be more than 0");
  envelope.deadline = std::min(times.now + timeout, times.stream_deadline.value_or(Timestamp::max()));
  return read_request(*method, item.command().value(), envelope, options, times.now);
}

}  // namespace keel::command
