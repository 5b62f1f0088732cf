#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "query/projection.hpp"
#include "replay/read_store.hpp"

namespace keel::replay {

// What is to be known before a rebuild is begun or gone on with.

/// Events of the journal that a fresh generation has to fold.
Result<std::int64_t> events_to_fold(const query::Projection& projection, journal::Journal& journal);

/// Why no other generation of the projection `name` may be made now, and what to do about it; empty when one may.
std::string unfinished(const std::vector<GenerationRow>& generations, const std::string& name);

/// Events that the operation's generation holds: what a former run wrote, not what it read.
Result<std::int64_t> folded(ReadStore& store, const Operation& operation);

}  // namespace keel::replay
