#include "dashboard/masking.hpp"

#include <cstdlib>

namespace keel::dashboard {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

Json mask_value(const Json& value, const FieldDescriptor& field);

/// Some messages are no objects in JSON (times, durations, wrappers): they are values.
Json mask_one(const Json& value, const FieldDescriptor& field) {
  const auto* type = field.message_type();
  return type != nullptr && value.is_object() ? mask(value, *type) : Json(masked);
}

Json mask_map(const Json& map, const FieldDescriptor& field) {
  Json hidden = Json::object();
  for (const auto& value : map) {
    hidden[std::string(masked) + std::to_string(hidden.size() + 1)] =
        mask_one(value, *field.message_type()->map_value());
  }
  return hidden;
}

Json mask_value(const Json& value, const FieldDescriptor& field) {
  if (field.is_map() && value.is_object()) return mask_map(value, field);
  if (!field.is_repeated() || !value.is_array()) return mask_one(value, field);
  Json hidden = Json::array();
  for (const auto& element : value) hidden.push_back(mask_one(element, field));
  return hidden;
}

}  // namespace

Json mask(const Json& message, const Descriptor& type) {
  Json hidden = Json::object();
  for (const auto& [name, value] : message.items()) {
    const auto* field = type.FindFieldByName(name);
    hidden[name] = field == nullptr ? Json(masked) : mask_value(value, *field);
  }
  return hidden;
}

Json shown(const std::string& json, const Descriptor* type, Payloads payloads) {
  switch (payloads) {
    case Payloads::none:
      return nullptr;
    case Payloads::keys: {
      const auto message = Json::parse(json, nullptr, false);
      return type == nullptr || !message.is_object() ? Json(masked) : mask(message, *type);
    }
    case Payloads::full: {
      auto message = Json::parse(json, nullptr, false);
      return message.is_discarded() ? text(json) : std::move(message);
    }
  }
  std::abort();
}

std::string mask_path(std::string_view path) {
  std::string hidden;
  bool quoted = false;
  bool inside = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char letter = path[i];
    if (quoted && letter == '\\') ++i;
    if (letter == '"') quoted = !quoted;
    if (!quoted && letter == ']') inside = false;
    if (!inside) hidden.push_back(letter);
    if (quoted || inside || letter != '[') continue;
    inside = true;
    hidden += masked;
  }
  return hidden;
}

Json shown(const replay::FieldChange& change, Payloads payloads) {
  const auto side = [&](const std::string& value) {
    if (value.empty()) return Json("");
    return payloads == Payloads::full ? text(value) : Json(masked);
  };
  if (payloads == Payloads::none) return nullptr;
  const auto path = payloads == Payloads::full ? change.path : mask_path(change.path);
  return {{"path", text(path)}, {"before", side(change.before)}, {"after", side(change.after)}};
}

}  // namespace keel::dashboard
