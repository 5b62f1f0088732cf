#include "demo/client.hpp"

namespace keel::demo {
namespace {

constexpr std::chrono::seconds deadline_of_one_attempt{20};

}  // namespace

Client::Client(const Endpoints& endpoints)
    : Client(grpc::CreateChannel(endpoints.command, grpc::InsecureChannelCredentials()),
             grpc::CreateChannel(endpoints.query, grpc::InsecureChannelCredentials())) {}

Client::Client(const std::shared_ptr<grpc::Channel>& command, const std::shared_ptr<grpc::Channel>& query)
    : carts(cart::v1::CartCommandService::NewStub(command)),
      stock(inventory::v1::InventoryCommandService::NewStub(command)),
      purchases(purchase::v1::PurchaseCommandService::NewStub(command)),
      cart_views(cart::v1::CartQueryService::NewStub(query)),
      stock_views(inventory::v1::InventoryQueryService::NewStub(query)),
      purchase_views(purchase::v1::PurchaseQueryService::NewStub(query)) {}

void Client::prepare(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + deadline_of_one_attempt);
  context.AddMetadata("keel-caller", "demo");
}

}  // namespace keel::demo
