#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "journal/adoption.hpp"

namespace keel::query {

/// Every checkpoint of the read store, as evidence of what the journal once held (docs/protocol.md 1.5). Blocks.
Result<std::vector<journal::Seen>> all_checkpoints(const std::string& dsn);

}  // namespace keel::query
