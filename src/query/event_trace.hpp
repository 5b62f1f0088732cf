#pragma once

#include <string>

#include "journal/records.hpp"
#include "kafka/event_message.hpp"

namespace keel::query {

/// The trace of the command that made the event, for log lines; empty when it had none.
std::string trace_id_of(const journal::RecordedEvent& event);

/// What a message tells of its event's metadata: the trace alone. Empty when it had none.
std::string metadata_of(const kafka::EventMessage& message);

}  // namespace keel::query
