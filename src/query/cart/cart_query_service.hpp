#pragma once

#include <memory>

#include "query/read_model.hpp"

namespace keel::query {

/// `keel.cart.v1.CartQueryService` over the projection `carts`.
std::unique_ptr<grpc::Service> make_cart_query_service(QueryContext& context);

}  // namespace keel::query
