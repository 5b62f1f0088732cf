#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "query/read_model.hpp"

namespace keel::query {

/// Makes generation 1 of every projection that has none yet: its tables, the rights of `keel_projector` and
/// `keel_query` on them, and its row in `projections`, all in one transaction. Needs the read store's migrations
/// (migrations/read) to be there, and the role that owns them. Answers the names of the projections that were made.
/// Repeating it, or two at once, is harmless. What is there already is left as it is, whatever its version.
Result<std::vector<std::string>> make_first_generations(const std::string& dsn, std::span<const ReadModel> models);

}  // namespace keel::query
