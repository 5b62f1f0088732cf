#include "bench/workloads/stock.hpp"

#include <grpcpp/grpcpp.h>

#include <deque>
#include <stdexcept>

#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"
#include "keel/inventory/v1/commands.grpc.pb.h"
#include "keel/inventory/v1/queries.pb.h"
#include "keel/purchase/v1/commands.pb.h"

namespace keel::bench {
namespace {

constexpr const char* reserve = "/keel.inventory.v1.InventoryCommandService/Reserve";
constexpr const char* release = "/keel.inventory.v1.InventoryCommandService/ReleaseReservation";
constexpr const char* get_availability = "/keel.inventory.v1.InventoryQueryService/GetAvailability";
constexpr const char* buy_method = "/keel.purchase.v1.PurchaseCommandService/Buy";

const std::string any_id = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr int digits = 9;

std::string reservation_prefix(int run) { return "r" + std::to_string(run) + "-"; }

template <class Message>
Message about_reservation(const std::string& sku, int run) {
  Message request;
  request.set_sku(sku);
  request.set_request_id(any_id);
  request.set_reservation_id(std::string(Numbered(reservation_prefix(run), digits).with(0)));
  return request;
}

inventory::v1::ReserveRequest reserving(const std::string& sku, int run) {
  auto request = about_reservation<inventory::v1::ReserveRequest>(sku, run);
  request.set_quantity(1);
  return request;
}

class OneHotSku final : public Workload {
 public:
  OneHotSku(const std::string& sku, int run)
      : reservation_(reservation_prefix(run), digits),
        reserve_(reserving(sku, run), places()),
        release_(about_reservation<inventory::v1::ReleaseReservationRequest>(sku, run), places()) {}

  std::vector<const char*> methods() const override { return {reserve, release}; }

  Request next() override {
    if (releasing_ && !reserved_.empty()) {
      releasing_ = false;
      const std::uint64_t which = reserved_.front();
      reserved_.pop_front();
      return {1, release_.with({reservation_.with(which), ids_.next()}), 0};
    }
    releasing_ = true;
    return {0, reserve_.with({reservation_.with(++made_), ids_.next()}), made_};
  }

  void completed(const Answer& answer) override {
    if (answer.key != 0 && answer.ok) reserved_.push_back(answer.key);
  }

 private:
  std::vector<std::string> places() { return {std::string(reservation_.with(0)), any_id}; }

  Numbered reservation_;
  RequestTemplate reserve_;
  RequestTemplate release_;
  RequestIds ids_;
  std::uint64_t made_ = 0;
  bool releasing_ = false;
  std::deque<std::uint64_t> reserved_;
};

class ReadAvailability final : public Workload {
 public:
  explicit ReadAvailability(std::string sku) {
    inventory::v1::GetAvailabilityRequest request;
    request.set_sku(std::move(sku));
    body_ = bytes_of(request);
  }
  std::vector<const char*> methods() const override { return {get_availability}; }
  Request next() override { return {0, body_, 0}; }

 private:
  grpc::ByteBuffer body_;
};

class Buy final : public Workload {
 public:
  Buy(const std::string& prefix, const std::string& sku, std::function<bool(std::uint64_t begun)> may_buy)
      : purchase_(prefix + "p", digits),
        cart_(prefix + "c", digits),
        buy_(buying(sku), {std::string(purchase_.with(0)), any_id, std::string(cart_.with(0))}),
        may_buy_(std::move(may_buy)) {}

  std::vector<const char*> methods() const override { return {buy_method}; }
  bool ready() override { return may_buy_(made_); }
  Request next() override {
    ++made_;
    return {0, buy_.with({purchase_.with(made_), ids_.next(), cart_.with(made_)}), made_};
  }

 private:
  purchase::v1::BuyRequest buying(const std::string& sku) {
    purchase::v1::BuyRequest request;
    request.set_purchase_id(std::string(purchase_.with(0)));
    request.set_request_id(any_id);
    request.set_cart_id(std::string(cart_.with(0)));
    request.set_sku(sku);
    request.set_quantity(1);
    request.mutable_unit_price()->set_currency_code("GBP");
    request.mutable_unit_price()->set_minor_units(12'000);
    return request;
  }

  Numbered purchase_;
  Numbered cart_;
  RequestTemplate buy_;
  RequestIds ids_;
  std::function<bool(std::uint64_t begun)> may_buy_;
  std::uint64_t made_ = 0;
};

}  // namespace

std::unique_ptr<Workload> one_hot_sku(std::string sku, int run) { return std::make_unique<OneHotSku>(sku, run); }
std::unique_ptr<Workload> read_availability(std::string sku) {
  return std::make_unique<ReadAvailability>(std::move(sku));
}
std::unique_ptr<Workload> buy(std::string prefix, std::string sku, std::function<bool(std::uint64_t begun)> may_buy) {
  return std::make_unique<Buy>(prefix, sku, std::move(may_buy));
}

std::string receive_stock(const std::string& command_address, const std::string& sku) {
  const auto stub = inventory::v1::InventoryCommandService::NewStub(
      grpc::CreateChannel(command_address, grpc::InsecureChannelCredentials()));
  inventory::v1::ReceiveStockRequest request;
  request.set_sku(sku);
  request.set_request_id(std::string(RequestIds().next()));
  request.set_quantity(1'000'000'000);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  inventory::v1::ReceiveStockResponse response;
  const auto status = stub->ReceiveStock(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("cannot receive stock for " + sku + ": " + status.error_message());
  return response.token();
}

}  // namespace keel::bench
