#include "actors/state_text.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

namespace keel::actors {
namespace {

constexpr std::size_t most_bytes = 1 << 20;

StateText too_large(std::size_t bytes) {
  return {{}, "the state is too large to be shown: " + std::to_string(bytes) + " bytes"};
}

}  // namespace

StateText text_of(const domain::Message& state) {
  if (const std::size_t bytes = state.ByteSizeLong(); bytes > most_bytes) return too_large(bytes);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  StateText text;
  const auto status = google::protobuf::util::MessageToJsonString(state, &text.json, options);
  if (!status.ok()) return {{}, "the state cannot be written as JSON: " + std::string(status.message())};
  if (text.json.size() > most_bytes) return too_large(text.json.size());
  return text;
}

}  // namespace keel::actors
