#include "replay/state_difference.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/wrappers.pb.h>

#include <cstdlib>

namespace keel::replay {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using Step = MessageDifferencer::SpecificField;
using Path = std::vector<Step>;

enum class Side { before, after };

int place(const Step& step, Side side) { return side == Side::before ? step.index : step.new_index; }

/// A wrapper's JSON is its bare value.
template <class Wrapper, class Of>
std::string wrapped(Of value) {
  Wrapper wrapper;
  wrapper.set_value(value);
  return json_of(wrapper);
}

template <class One, class Each>
auto value_at(const Message& owner, const Step& step, Side side, One one, Each each) {
  const auto* reflection = owner.GetReflection();
  if (!step.field->is_repeated()) return (reflection->*one)(owner, step.field);
  return (reflection->*each)(owner, step.field, place(step, side));
}

const Message& message_at(const Message& owner, const Step& step, Side side) {
  const auto* entry = side == Side::before ? step.map_entry1 : step.map_entry2;
  if (entry != nullptr) return *entry;
  const auto* reflection = owner.GetReflection();
  if (!step.field->is_repeated()) return reflection->GetMessage(owner, step.field);
  return reflection->GetRepeatedMessage(owner, step.field, place(step, side));
}

std::string text_json(const std::string& text, const FieldDescriptor* field) {
  using google::protobuf::BytesValue;
  using google::protobuf::StringValue;
  return field->type() == FieldDescriptor::TYPE_BYTES ? wrapped<BytesValue>(text) : wrapped<StringValue>(text);
}

std::string json_at(const Message& owner, const Step& step, Side side);

/// The entries of a map are messages of a key and a value.
std::string json_in_entry(const Message& entry, const FieldDescriptor* key_or_value) {
  Step step;
  step.field = key_or_value;
  return json_at(entry, step, Side::after);
}

std::string json_at(const Message& owner, const Step& step, Side side) {
  using Reflection = google::protobuf::Reflection;
  if (step.field->is_map()) {
    const auto& entry = message_at(owner, step, side);
    return json_in_entry(entry, entry.GetDescriptor()->map_value());
  }
  const auto of = [&](auto one, auto each) { return value_at(owner, step, side, one, each); };
  switch (step.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return wrapped<google::protobuf::Int32Value>(of(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return wrapped<google::protobuf::Int64Value>(of(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return wrapped<google::protobuf::UInt32Value>(of(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return wrapped<google::protobuf::UInt64Value>(of(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return wrapped<google::protobuf::DoubleValue>(of(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return wrapped<google::protobuf::FloatValue>(of(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
    case FieldDescriptor::CPPTYPE_BOOL:
      return wrapped<google::protobuf::BoolValue>(of(&Reflection::GetBool, &Reflection::GetRepeatedBool));
    case FieldDescriptor::CPPTYPE_ENUM:
      return '"' + of(&Reflection::GetEnum, &Reflection::GetRepeatedEnum)->name() + '"';
    case FieldDescriptor::CPPTYPE_STRING:
      return text_json(of(&Reflection::GetString, &Reflection::GetRepeatedString), step.field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return json_of(message_at(owner, step, side));
  }
  std::abort();
}

std::string place_text(const Message& owner, const Step& step, Side side) {
  if (!step.field->is_repeated()) return "";
  if (!step.field->is_map()) return "[" + std::to_string(place(step, side)) + "]";
  const auto& entry = message_at(owner, step, side);
  return "[" + json_in_entry(entry, entry.GetDescriptor()->map_key()) + "]";
}

bool is_value_of_entry(const Step& step) { return step.field->containing_type()->options().map_entry(); }

std::string text_of(const Message& root, const Path& path, Side side) {
  std::string text;
  const Message* owner = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& step = path[i];
    if (!is_value_of_entry(step)) text += (text.empty() ? "" : ".") + step.field->name();
    text += place_text(*owner, step, side);
    if (i + 1 < path.size()) owner = &message_at(*owner, step, side);
  }
  return text;
}

/// Is handed the messages that own the last step of a path, not those that it begins at.
class Collector final : public MessageDifferencer::Reporter {
 public:
  Collector(const Message& before, const Message& after) : before_(before), after_(after) {}

  void ReportAdded(const Message&, const Message& owner, const Path& path) override {
    if (!known(path)) return;
    found.push_back(
        {text_of(after_, path, Side::after), FieldChange::Kind::added, "", json_at(owner, path.back(), Side::after)});
  }
  void ReportDeleted(const Message& owner, const Message&, const Path& path) override {
    if (!known(path)) return;
    found.push_back({text_of(before_, path, Side::before), FieldChange::Kind::removed,
                     json_at(owner, path.back(), Side::before), ""});
  }
  /// Told of a message after the fields in it that were told of already.
  void ReportModified(const Message& before, const Message& after, const Path& path) override {
    if (!known(path) || path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return;
    found.push_back({text_of(after_, path, Side::after), FieldChange::Kind::changed,
                     json_at(before, path.back(), Side::before), json_at(after, path.back(), Side::after)});
  }

  std::vector<FieldChange> found;

 private:
  /// A field of a newer binary has no name here.
  static bool known(const Path& path) {
    for (const auto& step : path) {
      if (step.field == nullptr) return false;
    }
    return !path.empty();
  }

  const Message& before_;
  const Message& after_;
};

}  // namespace

std::string json_of(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "null";
  return json;
}

std::string_view name_of(FieldChange::Kind kind) {
  switch (kind) {
    case FieldChange::Kind::added:
      return "added";
    case FieldChange::Kind::removed:
      return "removed";
    case FieldChange::Kind::changed:
      return "changed";
  }
  std::abort();
}

std::vector<FieldChange> differences(const Message& before, const Message& after) {
  MessageDifferencer differencer;
  differencer.set_message_field_comparison(MessageDifferencer::EQUIVALENT);
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SMART_LIST);
  Collector collector(before, after);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(before, after);
  return std::move(collector.found);
}

}  // namespace keel::replay
