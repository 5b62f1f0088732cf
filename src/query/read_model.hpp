#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "query/projection.hpp"

namespace grpc {
class Service;
}

namespace keel::query {

class QueryContext;

/// Everything that a context shows of itself: the projections that the projector folds and the service that the query
/// edge serves from them. One line of the list that the application hands over.
struct ReadModel {
  std::vector<Projection> projections;
  /// Makes the gRPC service over the context's tables; may be empty. It must not outlive the `QueryContext`.
  std::function<std::unique_ptr<grpc::Service>(QueryContext&)> service;
};

/// Carts, by id and by customer: `keel.cart.v1.CartQueryService`.
ReadModel carts();
/// Availability and open reservations: `keel.inventory.v1.InventoryQueryService`.
ReadModel stock();
/// Purchases and how they end: `keel.purchase.v1.PurchaseQueryService`.
ReadModel purchases();

}  // namespace keel::query
