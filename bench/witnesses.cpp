#include "bench/witnesses.hpp"

#include <grpcpp/grpcpp.h>

#include <stdexcept>

#include "bench/postgres_reading.hpp"
#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"
#include "bench/switch_watch.hpp"
#include "bench/workloads/cart_requests.hpp"
#include "bench/workloads/carts.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"

namespace keel::bench {
namespace {

void make(cart::v1::CartCommandService::Stub& stub, const std::string& cart_id, const std::string& customer,
          RequestIds& ids) {
  auto request = adding_to(cart_id);
  request.set_request_id(std::string(ids.next()));
  request.set_customer_id(customer);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  cart::v1::AddItemResponse response;
  const auto status = stub.AddItem(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("cannot make cart " + cart_id + ": " + status.error_message());
}

}  // namespace

Witnesses::Witnesses(const Setup& setup, const std::string& prefix) : customer_(prefix + "witness") {
  const auto stub = cart::v1::CartCommandService::NewStub(
      grpc::CreateChannel(setup.command_address, grpc::InsecureChannelCredentials()));
  RequestIds ids;
  Numbered cart(customer_ + "-", cart_digits);
  for (std::uint64_t i = 0; i < count; ++i) make(*stub, std::string(cart.with(i)), customer_, ids);
}

void Witnesses::mark(const std::string& read_dsn) const {
  PostgresReading read_store(read_dsn);
  const auto live = read_store.rows("SELECT live FROM projections WHERE projection = 'carts'");
  if (live.empty()) throw std::runtime_error("the read store has no projection of carts");
  const auto marked =
      read_store.rows("UPDATE carts_g" + live.front().front() + " SET version = version + " +
                      std::to_string(SwitchWatch::mark) + " WHERE customer_id = '" + customer_ + "' RETURNING cart_id");
  if (marked.size() != count) throw std::runtime_error("the live generation lacks carts that were made");
}

}  // namespace keel::bench
