#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "demo/later.hpp"
#include "demo/status.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "keel/cart/v1/queries.grpc.pb.h"
#include "keel/inventory/v1/commands.grpc.pb.h"
#include "keel/inventory/v1/queries.grpc.pb.h"
#include "keel/purchase/v1/commands.grpc.pb.h"
#include "keel/purchase/v1/queries.grpc.pb.h"

namespace keel::demo {

/// Where the system listens.
struct Endpoints {
  std::string command = "127.0.0.1:50051";
  std::string query = "127.0.0.1:50052";
};

/// How a call ended, after all its repeats.
template <class Response>
struct Outcome {
  grpc::Status status;
  Response response;
  /// The server said that it had stored the command before (`keel-deduplicated`).
  bool deduplicated = false;
};

/// A client as every client should be: each call has a deadline, and what `retry_after` says may be repeated is
/// repeated with the same request id until a minute is over. Any thread; nothing blocks: answers come on threads of
/// gRPC.
class Client {
 public:
  explicit Client(const Endpoints& endpoints);

  const std::unique_ptr<cart::v1::CartCommandService::Stub> carts;
  const std::unique_ptr<inventory::v1::InventoryCommandService::Stub> stock;
  const std::unique_ptr<purchase::v1::PurchaseCommandService::Stub> purchases;
  const std::unique_ptr<cart::v1::CartQueryService::Stub> cart_views;
  const std::unique_ptr<inventory::v1::InventoryQueryService::Stub> stock_views;
  const std::unique_ptr<purchase::v1::PurchaseQueryService::Stub> purchase_views;

  static constexpr std::chrono::seconds patience{60};

  /// `call(*client.carts, &…::async::CheckOut, request, [](Outcome<CheckOutResponse> outcome) { … })`
  template <class Stub, class Async, class Request, class Response, class Done>
  void call(Stub& stub,
            void (Async::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
            Request request, Done done) {
    auto call = std::make_shared<Call<Async, Request, Response>>();
    call->async = stub.async();
    call->method = method;
    call->request = std::move(request);
    call->done = std::move(done);
    send(std::move(call));
  }

  /// The same, blocking until it is answered. Never on a thread of gRPC.
  template <class Stub, class Async, class Request, class Response>
  Outcome<Response> ask(Stub& stub,
                        void (Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                              std::function<void(grpc::Status)>),
                        Request request) {
    auto answer = std::make_shared<std::promise<Outcome<Response>>>();
    call(stub, method, std::move(request),
         [answer](Outcome<Response> outcome) { answer->set_value(std::move(outcome)); });
    return answer->get_future().get();
  }

  Later& later() { return later_; }

 private:
  Client(const std::shared_ptr<grpc::Channel>& command, const std::shared_ptr<grpc::Channel>& query);

  template <class Async, class Request, class Response>
  struct Call {
    Async* async = nullptr;
    void (Async::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>) = nullptr;
    Request request;
    std::function<void(Outcome<Response>)> done;
    std::chrono::steady_clock::time_point give_up = std::chrono::steady_clock::now() + patience;
    /// A context serves one attempt only.
    std::optional<grpc::ClientContext> context;
    Outcome<Response> outcome;
  };

  template <class AnyCall>
  void send(std::shared_ptr<AnyCall> call) {
    prepare(call->context.emplace());
    auto& one = *call;
    (one.async->*one.method)(&*one.context, &one.request, &one.outcome.response,
                             [this, call = std::move(call)](const grpc::Status& status) { answered(call, status); });
  }

  template <class AnyCall>
  void answered(const std::shared_ptr<AnyCall>& call, const grpc::Status& status) {
    const auto delay = retry_after(status);
    if (delay && std::chrono::steady_clock::now() + *delay < call->give_up) {
      later_.after(*delay, [this, call] { send(call); });
      return;
    }
    call->outcome.status = status;
    call->outcome.deduplicated = call->context->GetServerTrailingMetadata().contains("keel-deduplicated");
    call->done(std::move(call->outcome));
  }

  static void prepare(grpc::ClientContext& context);

  Later later_;
};

}  // namespace keel::demo
