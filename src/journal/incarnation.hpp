#pragma once

#include <cstdint>

namespace keel::journal {

/// Numbers one life of an aggregate in memory: unique and rising in this process, never 0. Any thread.
///
/// Take the number *before* the load begins: a writer that distrusts everything loaded so far refuses every number
/// handed out so far, so a life that took its number later is sure to have loaded later.
std::uint64_t next_incarnation();

/// The number handed out last; 0 before the first.
std::uint64_t last_incarnation();

}  // namespace keel::journal
