#pragma once

#include <optional>
#include <pqxx/types>

#include "ops/postgres_processes.hpp"

namespace keel::ops {

// Rows of `processes` and `supervision_history` as the statements of postgres_processes.cpp answer them. A row with a
// word that only a later version of Keel knows is nothing. Throw when a value is none of its column's type.

/// process, role, node, version, start (µs), addresses of gRPC and status, beat (µs), stop (µs or NULL), presence.
KnownProcess process_of(const pqxx::row& row);
/// process, sequence, at (µs), node, parent, kind, path, happening, cause, delay (ms).
std::optional<PastEvent> event_of(const pqxx::row& row);
/// node, parent, path, kind, happening, at (µs), restarts, last cause (or NULL). Without its name.
std::optional<PastNode> node_of(const pqxx::row& row);

}  // namespace keel::ops
