#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/call.hpp"
#include "core/result.hpp"
#include "domain/aggregate.hpp"

namespace keel::actors {

/// Who sends what the system sends by itself.
inline constexpr std::string_view internal_caller = "keel";

/// Knows every command and event by its message, and turns command messages into calls.
///
/// Commands have the shape that all contexts share: field 1 the aggregate's id, 2 `request_id`, 3 an optional
/// `expected_version`. Immutable; any thread.
class MessageDirectory {
 public:
  explicit MessageDirectory(const std::vector<const domain::AggregateKind*>& kinds);

  /// Fault: no aggregate takes such a command, it is not of the shared shape, or it names no aggregate.
  Result<Done> check(const domain::Message& command) const;

  /// Makes the call, all but deadline, stamp and reply: `request_id` and the fingerprint are set, the caller is `keel`.
  /// Fault: as `check`.
  Result<Call> call(std::unique_ptr<domain::Message> command, const Uuid& request_id,
                    std::string_view traceparent) const;

  /// Reads a stored command by its full name. Fault: unknown name, or bytes that do not decode.
  Result<std::unique_ptr<domain::Message>> decode_command(std::string_view type, std::string_view bytes) const;
  /// Reads a stored event by its full name: what it is today, one message or several. Fault: unknown name, bytes that
  /// do not decode, or an upcaster that threw.
  Result<std::vector<std::unique_ptr<domain::Message>>> decode_event(std::string_view type,
                                                                     std::string_view bytes) const;

 private:
  struct Command {
    const domain::AggregateKind* kind;
    const domain::AggregateKind::Command* rule;
  };
  std::unordered_map<const google::protobuf::Descriptor*, Command> commands_;
  std::unordered_map<std::string_view, const domain::Message*> command_prototypes_;
  /// Of each event, old or not, the aggregate that it happens to.
  std::unordered_map<std::string_view, const domain::AggregateKind*> kinds_of_events_;
};

/// SHA-256 over caller, full name of the message and its deterministic bytes, each after its length (8 bytes,
/// big-endian). `bytes`: of the command without its request id. Source: docs/protocol.md, "Answers".
journal::Fingerprint internal_fingerprint(std::string_view type, std::string_view bytes);

}  // namespace keel::actors
