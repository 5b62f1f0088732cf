#pragma once

#include <cstddef>
#include <string>

#include "bench/load.hpp"

namespace keel::bench {

// What a rebuild is held against: the most that this machine can do with the same rows.

/// All events of a context's lanes up to their heads, read by `sessions` at once as a
/// rebuild reads them (binary, along the primary key), and not looked at. `answered` counts events. Blocks. Throws
/// std::runtime_error when it cannot.
Outcome read_lanes(const std::string& journal_dsn, const std::string& context, std::size_t sessions);

/// The rows of a table of carts, fetched first and then sent by COPY, in binary, into a fresh table like it, indices
/// and all. `answered` counts rows. Blocks. Throws std::runtime_error when it cannot.
Outcome copy_rows(const std::string& read_dsn, const std::string& table);

}  // namespace keel::bench
