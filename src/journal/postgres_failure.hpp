#pragma once

#include <string_view>

#include "core/result.hpp"
#include "journal/journal.hpp"
#include "postgres/answer.hpp"

namespace keel::journal {

/// What a failed append means (docs/protocol.md 1.3). Whatever the server did not clearly refuse is `unknown`.
/// Source: PostgreSQL 15, appendix A, and the codes that our functions raise.
AppendOutcome outcome_of(std::string_view state);

/// The same for every other statement that changes something: certain only when an append would be.
Fault fault_of(const postgres::Failure& failure, std::string_view doing);

}  // namespace keel::journal
