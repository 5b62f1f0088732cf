#include "actors/internal_command.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>

#include <exception>
#include <utility>

#include "keel/type/v1/event_metadata.pb.h"

namespace keel::actors {
namespace {

using domain::Message;
using google::protobuf::FieldDescriptor;

bool is_text(const FieldDescriptor* field) {
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated();
}

bool is_number(const FieldDescriptor* field) {
  return field != nullptr && field->type() == FieldDescriptor::TYPE_INT64 && !field->is_repeated();
}

/// The fields that all commands share.
struct SharedFields {
  explicit SharedFields(const google::protobuf::Descriptor* command)
      : id(command->FindFieldByNumber(1)),
        request_id(command->FindFieldByNumber(2)),
        expected_version(command->FindFieldByNumber(3)) {}
  bool complete() const { return is_text(id) && is_text(request_id) && is_number(expected_version); }

  const FieldDescriptor* id;
  const FieldDescriptor* request_id;
  const FieldDescriptor* expected_version;
};

std::string deterministic_bytes(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return bytes;
}

std::string metadata_of(const Uuid& request_id, std::string_view traceparent) {
  type::v1::EventMetadata metadata;
  metadata.set_request_id(request_id.bytes.data(), request_id.bytes.size());
  metadata.set_caller(std::string(internal_caller));
  metadata.set_traceparent(std::string(traceparent));
  return metadata.SerializeAsString();
}

void add(std::string& text, std::string_view part) {
  for (int shift = 56; shift >= 0; shift -= 8) text.push_back(static_cast<char>(part.size() >> shift));
  text.append(part);
}

Fault unknown(std::string_view type) { return {.what = "no aggregate knows a message " + std::string(type)}; }
Fault broken(std::string_view type) { return {.what = "the bytes of a " + std::string(type) + " do not decode"}; }

}  // namespace

MessageDirectory::MessageDirectory(const std::vector<const domain::AggregateKind*>& kinds) {
  for (const auto* kind : kinds) {
    for (const auto& command : kind->commands) {
      commands_[command.descriptor] = {kind, &command};
      command_prototypes_[command.descriptor->full_name()] = command.prototype;
    }
    for (const auto& event : kind->events) kinds_of_events_[event.descriptor->full_name()] = kind;
    for (const auto& old : kind->old_events) kinds_of_events_[old.descriptor->full_name()] = kind;
  }
}

Result<Done> MessageDirectory::check(const Message& command) const {
  const auto* descriptor = command.GetDescriptor();
  if (!commands_.contains(descriptor)) {
    return Fault{.what = "no aggregate takes the command " + descriptor->full_name()};
  }
  const SharedFields fields(descriptor);
  if (!fields.complete()) {
    return Fault{.what = "the command " + descriptor->full_name() + " lacks the fields that all commands share"};
  }
  const std::string id = command.GetReflection()->GetString(command, fields.id);
  if (!id.empty() && id.size() <= max_id_bytes) return Done{};
  return Fault{.what = "the command " + descriptor->full_name() + " names no aggregate"};
}

Result<Call> MessageDirectory::call(std::unique_ptr<Message> command, const Uuid& request_id,
                                    std::string_view traceparent) const {
  if (auto fits = check(*command); !fits) return fits.fault();
  const auto* descriptor = command->GetDescriptor();
  const auto* reflection = command->GetReflection();
  const SharedFields fields(descriptor);
  const Command& known = commands_.at(descriptor);
  Call call;
  call.kind = known.kind;
  call.rule = known.rule;
  call.aggregate_id = reflection->GetString(*command, fields.id);
  if (reflection->HasField(*command, fields.expected_version)) {
    call.expected_version = Version{reflection->GetInt64(*command, fields.expected_version)};
  }
  reflection->ClearField(command.get(), fields.request_id);
  call.fingerprint = internal_fingerprint(descriptor->full_name(), deterministic_bytes(*command));
  reflection->SetString(command.get(), fields.request_id, request_id.text());
  call.command = std::move(command);
  call.request_id = request_id;
  call.caller = internal_caller;
  call.metadata = metadata_of(request_id, traceparent);
  return call;
}

Result<std::unique_ptr<Message>> MessageDirectory::decode_command(std::string_view type, std::string_view bytes) const {
  const auto known = command_prototypes_.find(type);
  if (known == command_prototypes_.end()) return unknown(type);
  std::unique_ptr<Message> message(known->second->New());
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return broken(type);
  return message;
}

Result<std::vector<std::unique_ptr<Message>>> MessageDirectory::decode_event(std::string_view type,
                                                                             std::string_view bytes) const {
  const auto known = kinds_of_events_.find(type);
  if (known == kinds_of_events_.end()) return unknown(type);
  const auto& kind = *known->second;
  std::vector<std::unique_ptr<Message>> messages;
  try {
    if (kind.event(type) != nullptr) {
      if (auto message = kind.decode(type, bytes)) messages.push_back(std::move(message));
    } else {
      for (auto& today : kind.upcast(type, bytes)) messages.push_back(std::move(today.message));
    }
  } catch (const std::exception& thrown) {
    return Fault{.what = "the upcaster of " + std::string(type) + " failed: " + thrown.what()};
  }
  if (messages.empty()) return broken(type);
  return messages;
}

journal::Fingerprint internal_fingerprint(std::string_view type, std::string_view bytes) {
  std::string text;
  add(text, internal_caller);
  add(text, type);
  add(text, bytes);
  journal::Fingerprint fingerprint{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), fingerprint.data());
  return fingerprint;
}

}  // namespace keel::actors
