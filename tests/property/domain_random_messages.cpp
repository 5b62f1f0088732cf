#include "property/domain_random_messages.hpp"

#include <google/protobuf/descriptor.h>

#include <limits>
#include <string>

namespace keel::tests {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::int64_t any_number(std::mt19937_64& random) {
  constexpr std::int64_t extremes[] = {0, 1, -1, std::numeric_limits<std::int64_t>::max(),
                                       std::numeric_limits<std::int64_t>::min()};
  return random() % 2 == 0 ? extremes[random() % 5] : static_cast<std::int64_t>(random());
}

std::string any_text(std::mt19937_64& random) {
  return std::string(random() % 3, static_cast<char>('a' + random() % 3));
}

void set_one(Message& message, const FieldDescriptor* field, std::mt19937_64& random) {
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetInt64(&message, field, any_number(random));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(&message, field, static_cast<std::int32_t>(any_number(random)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(&message, field, random() % 2 == 0);
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(&message, field, any_text(random));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&message, field, static_cast<int>(random() % 12));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill_at_random(*reflection->MutableMessage(&message, field), random);
    default:
      GOOGLE_LOG(FATAL) << "no event has a field like " << field->full_name();
  }
}

void add_some(Message& message, const FieldDescriptor* field, std::mt19937_64& random) {
  for (auto left = random() % 3; left > 0; --left) {
    GOOGLE_CHECK(field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) << field->full_name();
    message.GetReflection()->AddString(&message, field, any_text(random));
  }
}

}  // namespace

void fill_at_random(Message& message, std::mt19937_64& random) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (random() % 4 == 0) continue;
    if (descriptor->field(i)->is_repeated())
      add_some(message, descriptor->field(i), random);
    else
      set_one(message, descriptor->field(i), random);
  }
}

}  // namespace keel::tests
