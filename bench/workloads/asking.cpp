#include "bench/workloads/asking.hpp"

#include <grpcpp/grpcpp.h>

#include <stdexcept>

#include "bench/channels.hpp"
#include "bench/driver.hpp"
#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"

namespace keel::bench {
namespace {

cart::v1::AddItemRequest question(const std::string& cart_id, std::string_view request_id) {
  cart::v1::AddItemRequest request;
  request.set_cart_id(cart_id);
  request.set_request_id(std::string(request_id));
  request.set_validate_only(true);
  request.set_line_id("line-2");
  request.set_sku("85123A");
  request.set_quantity(1);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(255);
  return request;
}

class Questions final : public Workload {
 public:
  Questions(const std::vector<std::string>& cart_ids, std::size_t& failed) : failed_(failed) {
    RequestIds ids;
    for (const auto& id : cart_ids) bodies_.push_back(bytes_of(question(id, ids.next())));
  }
  std::vector<const char*> methods() const override { return {"/keel.cart.v1.CartCommandService/AddItem"}; }
  bool ready() override { return at_ < bodies_.size(); }
  bool finished() override { return at_ == bodies_.size(); }
  Request next() override { return {0, bodies_[at_++], 0}; }
  void completed(const Answer& answer) override {
    if (!answer.ok) ++failed_;
  }

 private:
  std::vector<grpc::ByteBuffer> bodies_;
  std::size_t at_ = 0;
  std::size_t& failed_;
};

}  // namespace

Asking::Asking(const std::string& command_address)
    : stub_(cart::v1::CartCommandService::NewStub(
          grpc::CreateChannel(command_address, grpc::InsecureChannelCredentials()))) {}

void Asking::ask(const std::string& cart_id) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  cart::v1::AddItemResponse response;
  const auto status = stub_->AddItem(&context, question(cart_id, RequestIds().next()), &response);
  if (!status.ok()) throw std::runtime_error("cart " + cart_id + " does not answer: " + status.error_message());
}

double ask_all_at_once(const std::string& command_address, const std::vector<std::string>& cart_ids) {
  std::size_t failed = 0;
  Pressure pressure;
  pressure.address = command_address;
  pressure.in_flight = static_cast<int>(cart_ids.size());
  pressure.warm_up = std::chrono::milliseconds(0);
  pressure.measured = std::chrono::minutes(1);
  const auto channels = connect(pressure);
  auto questions = std::make_unique<Questions>(cart_ids, failed);
  const auto start = std::chrono::steady_clock::now();
  Driver(pressure, channels, std::move(questions), 0, start).run();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (failed > 0) throw std::runtime_error(std::to_string(failed) + " cold carts did not answer");
  return took.count();
}

}  // namespace keel::bench
