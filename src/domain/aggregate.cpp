#include "domain/aggregate.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <string>

#include "core/aggregate_ref.hpp"

namespace keel::domain {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;

using Parts = std::map<std::string, std::string>;

void collect(const EnumDescriptor* type, Parts& parts) {
  google::protobuf::EnumDescriptorProto copy;
  type->CopyTo(&copy);
  parts[type->full_name()] = copy.SerializeAsString();
}

void collect(const Descriptor* type, Parts& parts) {
  if (parts.contains(type->full_name())) return;
  google::protobuf::DescriptorProto copy;
  type->CopyTo(&copy);
  parts[type->full_name()] = copy.SerializeAsString();
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() != nullptr) collect(type->field(i)->message_type(), parts);
    if (type->field(i)->enum_type() != nullptr) collect(type->field(i)->enum_type(), parts);
  }
}

template <class Entry>
const Entry* find(std::span<const Entry> entries, const Descriptor* descriptor) {
  for (const auto& entry : entries) {
    if (entry.descriptor == descriptor) return &entry;
  }
  return nullptr;
}

template <class Entry>
const Entry* find(std::span<const Entry> entries, std::string_view full_name) {
  for (const auto& entry : entries) {
    if (entry.descriptor->full_name() == full_name) return &entry;
  }
  return nullptr;
}

}  // namespace

const AggregateKind::Command* AggregateKind::command(const Descriptor* descriptor) const {
  return find(commands, descriptor);
}
const AggregateKind::Command* AggregateKind::command(std::string_view full_name) const {
  return find(commands, full_name);
}
const AggregateKind::Event* AggregateKind::event(const Descriptor* descriptor) const {
  return find(events, descriptor);
}
const AggregateKind::Event* AggregateKind::event(std::string_view full_name) const { return find(events, full_name); }

const AggregateKind::OldEvent* AggregateKind::old_event(const Descriptor* descriptor) const {
  return find(old_events, descriptor);
}
const AggregateKind::OldEvent* AggregateKind::old_event(std::string_view full_name) const {
  return find(old_events, full_name);
}

std::unique_ptr<Message> AggregateKind::decoded(const Message& prototype, std::string_view payload) {
  std::unique_ptr<Message> message(prototype.New());
  if (!message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return nullptr;
  return message;
}

std::unique_ptr<Message> AggregateKind::decode(std::string_view event_type, std::string_view payload) const {
  if (const Event* known = event(event_type)) return decoded(*known->prototype, payload);
  if (const OldEvent* old = old_event(event_type)) return decoded(*old->prototype, payload);
  return nullptr;
}

std::vector<AggregateKind::Today> AggregateKind::upcast(std::string_view event_type, std::string_view payload) const {
  std::vector<Today> today;
  const OldEvent* old = old_event(event_type);
  if (old == nullptr) return today;
  if (auto message = decoded(*old->prototype, payload)) bring_to_today(std::move(message), today);
  return today;
}

/// Ends, because every upcaster leads to an event of today or to an old one further down the list.
void AggregateKind::bring_to_today(std::unique_ptr<Message> message, std::vector<Today>& today) const {
  const auto* descriptor = message->GetDescriptor();
  if (const Event* known = event(descriptor)) return today.push_back({known, std::move(message)});
  for (auto& newer : old_event(descriptor)->upcast(*message)) bring_to_today(std::move(newer), today);
}

bool AggregateKind::apply(Message& state, std::string_view event_type, std::string_view payload) const {
  return read(event_type, payload, [&](const Event& known, const Message& message) { known.evolve(state, message); });
}

std::int64_t schema_hash(const Descriptor* state, int evolve_revision,
                         std::span<const AggregateKind::OldEvent> old_events) {
  Parts parts;
  collect(state, parts);
  std::string whole = std::to_string(evolve_revision);
  for (const auto& [name, bytes] : parts) whole += name + bytes;
  for (const auto& old : old_events) whole += "<" + old.descriptor->full_name();
  return static_cast<std::int64_t>(lane_hash("schema", whole));
}

}  // namespace keel::domain
