#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "keel/cart/v1/queries.grpc.pb.h"
#include "keel/inventory/v1/queries.grpc.pb.h"
#include "keel/purchase/v1/queries.grpc.pb.h"
#include "ops/error_status.hpp"
#include "support/process.hpp"
#include "support/query_world.hpp"
#include "support/raw_client.hpp"

namespace keel::query {

/// The query edge over real gRPC, fed by real projectors, and short words for what is asked of it.
class QueryServerDesk : public ::testing::Test {
 protected:
  static QueryOptions looking_every(std::chrono::milliseconds time) {
    QueryOptions options;
    options.look_every = time;
    return options;
  }
  void start(QueryOptions options = looking_every(std::chrono::milliseconds(100)), bool projectors = true) {
    if (projectors) {
      for (const char* projection : {"carts", "stock", "purchases"}) world_.project(projection);
    }
    server_ = &world_.serve(std::move(options));
    channel_ = world_.channel();
    carts_ = cart::v1::CartQueryService::NewStub(channel_);
    stock_ = inventory::v1::InventoryQueryService::NewStub(channel_);
    purchases_ = purchase::v1::PurchaseQueryService::NewStub(channel_);
    ASSERT_TRUE(test::eventually([this] { return keel::testing::health_of(*channel_, "") == 1; }));
  }

  static void limit(grpc::ClientContext& context,
                    std::chrono::milliseconds patience = std::chrono::milliseconds(20'000)) {
    context.set_deadline(std::chrono::system_clock::now() + patience);
  }
  static std::string reason_of(const grpc::Status& status) {
    const auto detail = ops::detail_of(status);
    return detail ? detail->reason : "(none: " + status.error_message() + ")";
  }

  grpc::Status get_cart(const std::string& id, std::vector<std::string> tokens = {},
                        std::chrono::milliseconds patience = std::chrono::milliseconds(20'000)) {
    grpc::ClientContext context;
    limit(context, patience);
    cart::v1::GetCartRequest request;
    request.set_cart_id(id);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return carts_->GetCart(&context, request, &cart_);
  }
  grpc::Status list_carts(const std::string& customer, int size, const std::string& page = {}) {
    grpc::ClientContext context;
    limit(context);
    cart::v1::ListCartsRequest request;
    request.set_customer_id(customer);
    request.set_page_size(size);
    request.set_page_token(page);
    return carts_->ListCarts(&context, request, &listed_);
  }
  grpc::Status get_availability(const std::string& sku, std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    inventory::v1::GetAvailabilityRequest request;
    request.set_sku(sku);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return stock_->GetAvailability(&context, request, &availability_);
  }
  grpc::Status list_reservations(const std::string& sku, int size, const std::string& page,
                                 std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    inventory::v1::ListReservationsRequest request;
    request.set_sku(sku);
    request.set_page_size(size);
    request.set_page_token(page);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return stock_->ListReservations(&context, request, &reservations_);
  }
  grpc::Status get_purchase(const std::string& id, std::vector<std::string> tokens = {}) {
    grpc::ClientContext context;
    limit(context);
    purchase::v1::GetPurchaseRequest request;
    request.set_purchase_id(id);
    for (auto& token : tokens) request.add_min_token(std::move(token));
    return purchases_->GetPurchase(&context, request, &purchase_);
  }
  Token later(Token token) const {
    token.position = token.position.plus(1'000);
    return token;
  }

  test::QueryWorld world_;
  QueryServer* server_ = nullptr;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<cart::v1::CartQueryService::Stub> carts_;
  std::unique_ptr<inventory::v1::InventoryQueryService::Stub> stock_;
  std::unique_ptr<purchase::v1::PurchaseQueryService::Stub> purchases_;
  cart::v1::GetCartResponse cart_;
  cart::v1::ListCartsResponse listed_;
  inventory::v1::GetAvailabilityResponse availability_;
  inventory::v1::ListReservationsResponse reservations_;
  purchase::v1::GetPurchaseResponse purchase_;
};

}  // namespace keel::query
