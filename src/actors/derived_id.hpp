#pragma once

#include <string_view>

#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "core/uuid.hpp"

namespace keel::actors {

/// Request ids of commands that the system sends by itself: version 5 (RFC 9562 5.5), so that whoever sends the command
/// again, on any node, after any crash, sends the same one and its receipt makes it harmless.
///
/// They live for ever in receipts: the golden test pins them.

/// Of a step that follows from an event: the name is `<context>/<lane>/<position>/<step>`.
Uuid reaction_request_id(std::string_view context, Lane lane, Position position, std::string_view step);

/// Of a timer that fires: the name is `timer:<key>/<due_at, microseconds since 1970>`. Put off, it is another command.
Uuid timer_request_id(std::string_view key, Timestamp due_at);

}  // namespace keel::actors
