#include "command/text_check.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <vector>

namespace keel::command {
namespace {

using domain::Message;
using domain::Violations;
using google::protobuf::FieldDescriptor;

void check_below(const Message& message, const std::string& path, Violations& violations);

bool is_mentioned(const std::string& field, const Violations& violations) {
  return std::ranges::any_of(violations.list(), [&](const auto& violation) { return violation.field == field; });
}

void check_text(const std::string& text, const std::string& path, Violations& violations) {
  if (text.find('\0') == std::string::npos || is_mentioned(path, violations)) return;
  violations.add(path, "must not contain a zero byte");
}

void check_one(const Message& message, const FieldDescriptor* field, const std::string& path, Violations& violations) {
  const auto* const reflection = message.GetReflection();
  std::string scratch;
  if (field->type() == FieldDescriptor::TYPE_STRING) {
    check_text(reflection->GetStringReference(message, field, &scratch), path, violations);
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    check_below(reflection->GetMessage(message, field), path + ".", violations);
  }
}

void check_each(const Message& message, const FieldDescriptor* field, const std::string& path, Violations& violations) {
  const auto* const reflection = message.GetReflection();
  std::string scratch;
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const std::string place = path + "[" + std::to_string(i) + "]";
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      check_text(reflection->GetRepeatedStringReference(message, field, i, &scratch), place, violations);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      check_below(reflection->GetRepeatedMessage(message, field, i), place + ".", violations);
    }
  }
}

void check_below(const Message& message, const std::string& path, Violations& violations) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    if (field->is_repeated()) {
      check_each(message, field, path + field->name(), violations);
    } else {
      check_one(message, field, path + field->name(), violations);
    }
  }
}

}  // namespace

void check_texts(const Message& message, Violations& violations) { check_below(message, "", violations); }

}  // namespace keel::command
