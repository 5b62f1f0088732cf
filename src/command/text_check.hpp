#pragma once

#include "domain/decision.hpp"

namespace keel::command {

/// Adds a violation for each text of the message, at any depth, that holds a zero byte and has no violation yet:
/// PostgreSQL and C libraries would cut it there.
void check_texts(const domain::Message& message, domain::Violations& violations);

}  // namespace keel::command
