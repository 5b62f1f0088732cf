#pragma once

#include "query/aggregate_folder.hpp"

namespace keel::query {

/// Columns of `carts` after those of every aggregate's table.
enum CartColumn : std::size_t {
  cart_customer = first_own_column,
  cart_status,
  cart_currency,
  cart_minor_units,
  cart_line_count,
  cart_unit_count,
};

/// Carts with their lines, found by cart id or by customer.
Projection carts_projection();

}  // namespace keel::query
