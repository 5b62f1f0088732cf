#include "ops/call_trace.hpp"

#include "core/traceparent.hpp"

namespace keel::ops {

std::string_view trace_id_of(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  if (metadata.count("traceparent") != 1) return {};
  const grpc::string_ref& text = metadata.find("traceparent")->second;
  return keel::trace_id_of({text.data(), text.size()});
}

}  // namespace keel::ops
