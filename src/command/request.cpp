#include "command/request.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "command/fingerprint.hpp"
#include "command/text_check.hpp"
#include "core/aggregate_ref.hpp"
#include "core/traceparent.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "ops/error_status.hpp"

namespace keel::command {
namespace {

using domain::Message;
using domain::Violations;

constexpr std::chrono::minutes tolerated_skew{5};
constexpr std::size_t longest_caller = 128;
constexpr std::string_view anonymous = "anonymous";
/// Callers of this name are reactors and timers (docs/protocol.md, "Workflows and timers").
constexpr std::string_view ourselves = "keel";

std::string usable_bytes_text() { return "must have 1 to " + std::to_string(max_id_bytes) + " bytes"; }

grpc::Status malformed(const Method& method) {
  const std::string& type = method.rule->descriptor->full_name();
  return ops::error_status(grpc::INVALID_ARGUMENT, "the bytes are no " + type + ", or a text in them is no UTF-8",
                           {"REQUEST_MALFORMED", "keel", {{"type", type}}, {}, {}});
}

/// Gathers everything that is wrong with one request, and remembers the reason that stands for it.
class Findings {
 public:
  Violations violations;

  void add_reason(std::string reason) { reasons_.push_back(std::move(reason)); }
  bool none() const { return violations.empty() && reasons_.empty(); }

  grpc::Status status() const {
    ops::ErrorDetail detail{reason(), "keel", {}, {}, {}};
    for (const auto& [field, description] : violations.list()) detail.violations.push_back({field, description});
    return ops::error_status(grpc::INVALID_ARGUMENT, message(), detail);
  }

 private:
  bool without_deadline() const { return std::ranges::find(reasons_, "DEADLINE_REQUIRED") != reasons_.end(); }

  std::string reason() const {
    if (without_deadline()) return "DEADLINE_REQUIRED";
    return reasons_.size() == 1 && violations.list().size() == 1 ? reasons_.front() : "FIELD_INVALID";
  }

  std::string message() const {
    if (without_deadline()) return "set a deadline on every call";
    const auto& first = violations.list().front();
    const std::size_t more = violations.list().size() - 1;
    return first.field + " " + first.description + (more == 0 ? "" : ", and " + std::to_string(more) + " more");
  }

  std::vector<std::string> reasons_;
};

Timestamp deadline_of(const Envelope& envelope, const EdgeOptions& options, Timestamp now, Findings& findings) {
  if (!envelope.deadline) findings.add_reason("DEADLINE_REQUIRED");
  return std::min(envelope.deadline.value_or(now), now + options.longest_deadline);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return each >= 0x20 && each <= 0x7E; });
}

std::string_view caller_of(const Envelope& envelope, const EdgeOptions& options, Findings& findings) {
  if (options.authenticated_callers) {
    const bool usable = !envelope.authenticated.empty() && envelope.authenticated.size() <= longest_caller;
    if (!usable) findings.violations.add("certificate", "must prove a name of 1 to 128 bytes");
    return envelope.authenticated;
  }
  if (envelope.callers.empty()) return anonymous;
  const std::string_view caller = envelope.callers.front();
  const bool usable = !caller.empty() && caller.size() <= longest_caller && is_printable(caller);
  if (envelope.callers.size() > 1) findings.violations.add("keel-caller", "must be given once");
  if (!usable) findings.violations.add("keel-caller", "must have 1 to 128 printable ASCII characters");
  if (caller == ourselves) findings.violations.add("keel-caller", "must not be the service's own name");
  return caller;
}

void check_age(const Uuid& id, const EdgeOptions& options, Timestamp now, Findings& findings) {
  if (id.version() != 7) return;
  if (id.made_at() > now + tolerated_skew) {
    findings.add_reason("REQUEST_ID_IN_FUTURE");
    findings.violations.add("request_id", "was made more than 5 minutes ahead of the server's clock");
  } else if (id.made_at() < now - (options.retention - tolerated_skew)) {
    findings.add_reason("REQUEST_ID_EXPIRED");
    findings.violations.add("request_id", "is too old to tell a repeat from a new command");
  }
}

Uuid request_id_of(const Method& method, const Message& command, const EdgeOptions& options, Timestamp now,
                   Findings& findings) {
  std::string scratch;
  const std::string& text = command.GetReflection()->GetStringReference(command, method.request_id, &scratch);
  const auto id = parse_uuid(text);
  const bool ours_alone = id && (id->bytes[8] & 0xC0) == 0x80 && (id->version() == 4 || id->version() == 7);
  if (!ours_alone) {
    findings.violations.add("request_id", text.empty() ? "is required: a UUID of version 7 or 4"
                                                       : "must be a UUID of version 7 or 4, in its 36 characters");
    return {};
  }
  check_age(*id, options, now, findings);
  return *id;
}

std::string aggregate_id_of(const Method& method, const Message& command, Findings& findings) {
  std::string id = command.GetReflection()->GetString(command, method.aggregate_id);
  if (id.empty() || id.size() > max_id_bytes) findings.violations.add(method.aggregate_id->name(), usable_bytes_text());
  return id;
}

std::optional<Version> expected_version_of(const Method& method, const Message& command, Findings& findings) {
  const auto* const reflection = command.GetReflection();
  if (!reflection->HasField(command, method.expected_version)) return std::nullopt;
  const Version expected{reflection->GetInt64(command, method.expected_version)};
  if (expected.value < 0) findings.violations.add("expected_version", "must not be negative");
  return expected;
}

std::string metadata_of(const Uuid& request_id, std::string_view caller, const Envelope& envelope) {
  type::v1::EventMetadata metadata;
  metadata.set_request_id(request_id.bytes.data(), request_id.bytes.size());
  metadata.set_caller(caller.data(), caller.size());
  if (envelope.traceparents.size() == 1) metadata.set_traceparent(as_version_00(envelope.traceparents.front()));
  return metadata.SerializeAsString();
}

}  // namespace

std::variant<actors::Call, grpc::Status> read_request(const Method& method, std::string_view bytes,
                                                      const Envelope& envelope, const EdgeOptions& options,
                                                      Timestamp now) {
  std::unique_ptr<Message> command(method.rule->prototype->New());
  if (bytes.size() > std::numeric_limits<int>::max() ||
      !command->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return malformed(method);
  }
  drop_unknown_fields(*command);

  Findings findings;
  actors::Call call;
  call.deadline = deadline_of(envelope, options, now, findings);
  call.caller = caller_of(envelope, options, findings);
  call.aggregate_id = aggregate_id_of(method, *command, findings);
  call.request_id = request_id_of(method, *command, options, now, findings);
  call.expected_version = expected_version_of(method, *command, findings);
  call.validate_only = command->GetReflection()->GetBool(*command, method.validate_only);
  method.rule->check(*command, findings.violations);
  if (bytes.find('\0') != std::string_view::npos) check_texts(*command, findings.violations);
  if (!findings.none()) return findings.status();

  call.kind = method.kind;
  call.rule = method.rule;
  call.stamp = {now, make_uuid_v7(now)};
  call.fingerprint = fingerprint_of(call.caller, method.name(), canonical_bytes(*command, method.request_id));
  call.metadata = metadata_of(call.request_id, call.caller, envelope);
  call.command = std::move(command);
  return call;
}

}  // namespace keel::command
