#pragma once

#include "query/aggregate_folder.hpp"

namespace keel::query {

/// Purchases and how far they are. Rows are never deleted; they can be followed by lane and position.
Projection purchases_projection();

}  // namespace keel::query
