#pragma once

#include <optional>

#include "ops/postgres_processes.hpp"

namespace keel::ops {

// Rows of `processes` and `supervision_history` as the statements of postgres_processes.cpp answer them. A row with a
// word that only a later version of Keel knows is nothing.

/// process, role, node, version, start, addresses of gRPC and status, beat, stop (or NULL), presence.
KnownProcess process_at(const postgres::Answer& rows, int row);
/// process, sequence, at, node, parent, kind, path, happening, cause, delay (ms).
std::optional<PastEvent> event_at(const postgres::Answer& rows, int row);
/// node, parent, path, kind, happening, at, restarts, last cause (or NULL). Without its name.
std::optional<PastNode> node_at(const postgres::Answer& rows, int row);

}  // namespace keel::ops
