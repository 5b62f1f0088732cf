#include "actors/command_failed.hpp"

#include <utility>

#include "actors/exceptions.hpp"
#include "core/traceparent.hpp"
#include "keel/type/v1/event_metadata.pb.h"

namespace keel::actors {
namespace {

std::string trace_id_in(const std::string& metadata) {
  type::v1::EventMetadata parsed;
  if (!parsed.ParseFromString(metadata)) return {};
  return std::string(trace_id_of(parsed.traceparent()));
}

}  // namespace

CommandFailed::CommandFailed(const Call& command, const std::exception_ptr& thrown)
    : CommandFailed(thrown, {command.command->GetTypeName(), command.request_id, trace_id_in(command.metadata)}) {}

CommandFailed::CommandFailed(const std::exception_ptr& thrown, ops::Breakage breakage)
    : std::runtime_error(text_of(thrown) + " (at " + breakage.message_type + ", request " +
                         breakage.request_id->text() + ")"),
      breakage_(std::move(breakage)) {}

}  // namespace keel::actors
