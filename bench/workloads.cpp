#include "bench/workloads.hpp"

#include <google/protobuf/message_lite.h>
#include <grpcpp/grpcpp.h>

#include <deque>
#include <stdexcept>
#include <vector>

#include "bench/echo_server.hpp"
#include "core/uuid.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "keel/inventory/v1/commands.grpc.pb.h"

namespace keel::bench {
namespace {

constexpr const char* add_item = "/keel.cart.v1.CartCommandService/AddItem";
constexpr const char* remove_item = "/keel.cart.v1.CartCommandService/RemoveItem";
constexpr const char* reserve = "/keel.inventory.v1.InventoryCommandService/Reserve";
constexpr const char* release = "/keel.inventory.v1.InventoryCommandService/ReleaseReservation";
constexpr const char* line = "line-1";

std::string fresh_id() { return make_uuid_v7(system_now()).text(); }

grpc::ByteBuffer bytes_of(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

cart::v1::AddItemRequest adding_to(const std::string& cart_id, std::string request_id) {
  cart::v1::AddItemRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(std::move(request_id));
  request.set_line_id(line);
  request.set_sku("85123A");
  request.set_quantity(6);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(255);
  return request;
}

class SpreadOverCarts final : public Workload {
 public:
  SpreadOverCarts(std::string prefix, int carts) : prefix_(std::move(prefix)), carts_(carts) {}

  Request next() override {
    const int cart = at_;
    const bool adds = adding_;
    if (++at_ == carts_) {
      at_ = 0;
      adding_ = !adding_;
    }
    const std::string cart_id = prefix_ + std::to_string(cart);
    if (adds) return {add_item, bytes_of(adding_to(cart_id, fresh_id())), 0};
    cart::v1::RemoveItemRequest request;
    request.set_cart_id(cart_id);
    request.set_request_id(fresh_id());
    request.set_line_id(line);
    return {remove_item, bytes_of(request), 0};
  }

  void completed(std::uint64_t, bool) override {}

 private:
  std::string prefix_;
  int carts_;
  int at_ = 0;
  bool adding_ = true;
};

class OneHotSku final : public Workload {
 public:
  OneHotSku(std::string sku, int thread) : sku_(std::move(sku)), prefix_("t" + std::to_string(thread) + "-") {}

  Request next() override {
    if (releasing_ && !reserved_.empty()) {
      releasing_ = false;
      inventory::v1::ReleaseReservationRequest request;
      request.set_sku(sku_);
      request.set_request_id(fresh_id());
      request.set_reservation_id(prefix_ + std::to_string(reserved_.front()));
      reserved_.pop_front();
      return {release, bytes_of(request), 0};
    }
    releasing_ = true;
    inventory::v1::ReserveRequest request;
    request.set_sku(sku_);
    request.set_request_id(fresh_id());
    request.set_reservation_id(prefix_ + std::to_string(++made_));
    request.set_quantity(1);
    return {reserve, bytes_of(request), made_};
  }

  void completed(std::uint64_t key, bool ok) override {
    if (key != 0 && ok) reserved_.push_back(key);
  }

 private:
  std::string sku_;
  std::string prefix_;
  std::uint64_t made_ = 0;
  bool releasing_ = false;
  std::deque<std::uint64_t> reserved_;
};

class Echo final : public Workload {
 public:
  Echo() : body_(bytes_of(adding_to("cart-00000000", fresh_id()))) {}
  Request next() override { return {echo_method, body_, 0}; }
  void completed(std::uint64_t, bool) override {}

 private:
  grpc::ByteBuffer body_;
};

class Repeats final : public Workload {
 public:
  Repeats(const std::string& prefix, int count) {
    for (int i = 0; i < count; ++i) {
      bodies_.push_back(bytes_of(adding_to(prefix + std::to_string(i), fresh_id())));
    }
  }
  Request next() override { return {add_item, bodies_[at_++ % bodies_.size()], 0}; }
  void completed(std::uint64_t, bool) override {}

 private:
  std::vector<grpc::ByteBuffer> bodies_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Workload> spread_over_carts(std::string prefix, int carts) {
  return std::make_unique<SpreadOverCarts>(std::move(prefix), carts);
}

std::unique_ptr<Workload> one_hot_sku(std::string sku, int thread) {
  return std::make_unique<OneHotSku>(std::move(sku), thread);
}

std::unique_ptr<Workload> echo() { return std::make_unique<Echo>(); }

std::unique_ptr<Workload> repeats(std::string prefix, int count) { return std::make_unique<Repeats>(prefix, count); }

void receive_stock(const std::string& address, const std::string& sku) {
  const auto stub =
      inventory::v1::InventoryCommandService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  inventory::v1::ReceiveStockRequest request;
  request.set_sku(sku);
  request.set_request_id(fresh_id());
  request.set_quantity(1'000'000'000);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  inventory::v1::ReceiveStockResponse response;
  const auto status = stub->ReceiveStock(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("cannot receive stock for " + sku + ": " + status.error_message());
}

}  // namespace keel::bench
