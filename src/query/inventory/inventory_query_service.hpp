#pragma once

#include <memory>

#include "query/read_model.hpp"

namespace keel::query {

/// `keel.inventory.v1.InventoryQueryService` over the projection `stock`. Availability is kept in memory.
std::unique_ptr<grpc::Service> make_inventory_query_service(QueryContext& context);

}  // namespace keel::query
