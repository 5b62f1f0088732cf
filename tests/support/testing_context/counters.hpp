#pragma once

#include "query/read_model.hpp"

namespace keel::testing {

/// What counters show: one table, one fold, one service.
query::ReadModel counters();

}  // namespace keel::testing
