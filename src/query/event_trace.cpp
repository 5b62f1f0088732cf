#include "query/event_trace.hpp"

#include "core/traceparent.hpp"
#include "keel/type/v1/event_metadata.pb.h"

namespace keel::query {

std::string trace_id_of(const journal::RecordedEvent& event) {
  type::v1::EventMetadata metadata;
  if (!metadata.ParseFromString(event.metadata)) return {};
  return std::string(keel::trace_id_of(metadata.traceparent()));
}

std::string metadata_of(const kafka::EventMessage& message) {
  if (message.traceparent.empty()) return {};
  type::v1::EventMetadata metadata;
  metadata.set_traceparent(message.traceparent.data(), message.traceparent.size());
  return metadata.SerializeAsString();
}

}  // namespace keel::query
