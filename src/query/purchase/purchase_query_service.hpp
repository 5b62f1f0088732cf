#pragma once

#include <memory>

#include "query/read_model.hpp"

namespace keel::query {

/// `keel.purchase.v1.PurchaseQueryService` over the projection `purchases`.
std::unique_ptr<grpc::Service> make_purchase_query_service(QueryContext& context);

}  // namespace keel::query
