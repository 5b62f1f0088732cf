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

bool AggregateKind::apply(Message& state, std::string_view event_type, std::string_view payload) const {
  const Event* known = event(event_type);
  if (known == nullptr) return false;
  const std::unique_ptr<Message> decoded(known->prototype->New());
  if (!decoded->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
  known->evolve(state, *decoded);
  return true;
}

std::int64_t schema_hash(const Descriptor* state, int evolve_revision) {
  Parts parts;
  collect(state, parts);
  std::string whole = std::to_string(evolve_revision);
  for (const auto& [name, bytes] : parts) whole += name + bytes;
  return static_cast<std::int64_t>(lane_hash("schema", whole));
}

}  // namespace keel::domain
