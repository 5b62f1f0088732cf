#include "support/cart_crowd.hpp"

#include <grpcpp/client_context.h>

#include <chrono>

#include "core/uuid.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"

namespace keel::test {
namespace {

using std::chrono::steady_clock;

/// What a customer may see while processes die; everything else is a complaint.
bool worth_repeating(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::RESOURCE_EXHAUSTED || code == grpc::StatusCode::UNKNOWN ||
         code == grpc::StatusCode::CANCELLED;
}

}  // namespace

CartCrowd::CartCrowd(const std::function<std::shared_ptr<grpc::Channel>()>& connect, int customers, int carts)
    : carts_(carts), run_(make_uuid_v7(system_now()).text().substr(0, 18)) {
  const std::vector<std::shared_ptr<grpc::Channel>> channels{connect(), connect(), connect(), connect()};
  for (int i = 0; i < customers; ++i) {
    customers_.emplace_back(
        [this, i, channel = channels[static_cast<std::size_t>(i) % channels.size()]] { shop(channel, i); });
  }
}

CartCrowd::~CartCrowd() {
  closing_ = true;
  for (auto& customer : customers_) {
    if (customer.joinable()) customer.join();
  }
}

void CartCrowd::shop(const std::shared_ptr<grpc::Channel>& channel, int customer) {
  const auto stub = cart::v1::CartCommandService::NewStub(channel);
  for (int item = 0; !closing_; ++item) {
    cart::v1::AddItemRequest request;
    request.set_cart_id(run_ + "-" + std::to_string((customer * 31 + item) % carts_));
    request.set_request_id(make_uuid_v7(system_now()).text());
    request.set_line_id("line-" + std::to_string(customer) + "-" + std::to_string(item));
    request.set_sku("85123A");
    request.set_quantity(1 + item % 5);
    request.mutable_unit_price()->set_currency_code("GBP");
    request.mutable_unit_price()->set_minor_units(255);
    const auto give_up = steady_clock::now() + std::chrono::seconds(120);
    for (int tries = 1;; ++tries) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(3));
      context.set_wait_for_ready(true);
      cart::v1::AddItemResponse response;
      ++in_flight_;
      const auto status = stub->AddItem(&context, request, &response);
      --in_flight_;
      const std::lock_guard lock(mutex_);
      if (status.ok()) {
        acknowledged_.push_back({request.request_id(), request.cart_id(), request.line_id(), response.version(),
                                 response.token(), request.SerializeAsString(), response.SerializeAsString(), tries});
        break;
      }
      if (!worth_repeating(status.error_code())) {
        complaints_.push_back(request.request_id() + ": " + std::to_string(status.error_code()) + " " +
                              status.error_message());
        break;
      }
      if (steady_clock::now() > give_up) {
        complaints_.push_back(request.request_id() + " was never acknowledged: " + status.error_message());
        break;
      }
    }
  }
}

std::size_t CartCrowd::acknowledged_count() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_.size();
}

std::vector<CartCrowd::Acknowledged> CartCrowd::finish() {
  closing_ = true;
  for (auto& customer : customers_) customer.join();
  customers_.clear();
  return acknowledged_;
}

std::vector<std::string> CartCrowd::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

}  // namespace keel::test
