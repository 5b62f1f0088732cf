#include "replay/state_difference.hpp"

#include <google/protobuf/descriptor.h>
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
  const auto* reflection = owner.GetReflection();
  if (!step.field->is_repeated()) return reflection->GetMessage(owner, step.field);
  return reflection->GetRepeatedMessage(owner, step.field, place(step, side));
}

std::string text_json(const std::string& text, const FieldDescriptor* field) {
  using google::protobuf::BytesValue;
  using google::protobuf::StringValue;
  return field->type() == FieldDescriptor::TYPE_BYTES ? wrapped<BytesValue>(text) : wrapped<StringValue>(text);
}

std::string json_at(const Message& owner, const Step& step, Side side) {
  using Reflection = google::protobuf::Reflection;
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

std::string json_at(const Message& root, const Path& path, Side side) {
  const Message* owner = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) owner = &message_at(*owner, path[i], side);
  return json_at(*owner, path.back(), side);
}

std::string text_of(const Path& path, Side side) {
  std::string text;
  for (const auto& step : path) {
    text += (text.empty() ? "" : ".") + step.field->name();
    if (step.field->is_repeated()) text += "[" + std::to_string(place(step, side)) + "]";
  }
  return text;
}

class Collector final : public MessageDifferencer::Reporter {
 public:
  void ReportAdded(const Message&, const Message& after, const Path& path) override {
    if (!known(path)) return;
    found.push_back({text_of(path, Side::after), Difference::Kind::added, "", json_at(after, path, Side::after)});
  }
  void ReportDeleted(const Message& before, const Message&, const Path& path) override {
    if (!known(path)) return;
    found.push_back({text_of(path, Side::before), Difference::Kind::removed, json_at(before, path, Side::before), ""});
  }
  void ReportModified(const Message& before, const Message& after, const Path& path) override {
    if (!known(path)) return;
    found.push_back({text_of(path, Side::after), Difference::Kind::changed, json_at(before, path, Side::before),
                     json_at(after, path, Side::after)});
  }

  std::vector<Difference> found;

 private:
  /// A field of a newer binary has no name here.
  static bool known(const Path& path) {
    for (const auto& step : path) {
      if (step.field == nullptr) return false;
    }
    return !path.empty();
  }
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

std::string_view name_of(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::added:
      return "added";
    case Difference::Kind::removed:
      return "removed";
    case Difference::Kind::changed:
      return "changed";
  }
  std::abort();
}

std::vector<Difference> differences(const Message& before, const Message& after) {
  MessageDifferencer differencer;
  differencer.set_message_field_comparison(MessageDifferencer::EQUIVALENT);
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SMART_LIST);
  Collector collector;
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(before, after);
  return std::move(collector.found);
}

}  // namespace keel::replay
