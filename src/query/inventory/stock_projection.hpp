#pragma once

#include "query/projection.hpp"

namespace keel::query {

/// Indices into the projection's tables.
enum StockTable : std::size_t { availability_table, reservations_table };

enum AvailabilityColumn : std::size_t {
  stock_sku,
  stock_version,
  stock_changed_at,
  stock_on_hand,
  stock_reserved,
  stock_available,
};

enum ReservationColumn : std::size_t {
  reservation_sku,
  reservation_id,
  reservation_quantity,
  reservation_for_purchase,
  reservation_made_at,
};

/// How much there is of every SKU, and its open reservations, one row each, so that a hot SKU's row stays small.
/// Availability rows are never deleted; they can be followed by lane and position.
Projection stock_projection();

}  // namespace keel::query
