#pragma once

#include <string>

#include "core/result.hpp"

namespace keel::bench {

struct RawAppend {
  double rows_per_second = 0;
  double seconds = 0;
};

/// The reference of every write: the same rows (one event and one receipt a command), sent by one client over one
/// connection, straight into the journal's append function, in batches of `batch`, spread over `aggregates`.
/// The database must have been migrated for the context "cart" and be owned by nobody. Blocks.
Result<RawAppend> raw_append(const std::string& dsn, std::size_t batch, std::size_t aggregates, double seconds);

}  // namespace keel::bench
