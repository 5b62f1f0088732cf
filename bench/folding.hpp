#pragma once

#include <string>
#include <vector>

namespace keel::bench {

/// Reads the carts' events from the journal and folds them with the domain's memory; only the folding is timed.
/// Events a second. Throws std::runtime_error when the journal cannot be read or an event does not decode.
double fold_per_second(const std::string& journal_dsn, const std::vector<std::string>& cart_ids);

}  // namespace keel::bench
