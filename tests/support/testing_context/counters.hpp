#pragma once

#include "domain/aggregate.hpp"
#include "query/projection.hpp"
#include "query/read_model.hpp"

namespace keel::testing {

/// What counters show: one table, one fold, one service. `kind`: with or without its upcasters.
query::ReadModel counters(const domain::AggregateKind& kind);
query::Projection counters_projection(const domain::AggregateKind& kind);

}  // namespace keel::testing
