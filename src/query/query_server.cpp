#include "query/query_server.hpp"

#include <grpcpp/impl/codegen/service_type.h>

#include <utility>

namespace keel::query {
namespace {

constexpr std::chrono::milliseconds readiness_step{50};

}  // namespace

QueryServer::QueryServer(QueryOptions options, std::span<const ReadModel> models)
    : context_(std::move(options), models) {
  for (const auto& model : models) {
    if (model.service) services_.push_back(model.service(context_));
  }
}

Result<std::unique_ptr<QueryServer>> QueryServer::start(const ops::GrpcOptions& grpc, QueryOptions options,
                                                        std::span<const ReadModel> models,
                                                        const std::vector<grpc::Service*>& more) {
  std::unique_ptr<QueryServer> made(new QueryServer(std::move(options), models));
  std::vector<grpc::Service*> services = more;
  for (const auto& service : made->services_) services.push_back(service.get());
  auto server = ops::GrpcServer::start(grpc, services);
  if (!server) return server.fault();
  made->server_ = *std::move(server);
  made->context_.start();
  made->readiness_ = std::thread([raw = made.get()] { raw->tell_when_ready(); });
  return made;
}

QueryServer::~QueryServer() {
  if (server_) shutdown(std::chrono::milliseconds(0));
}

void QueryServer::tell_when_ready() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!context_.why_not_ready()) return server_->serving(true);
    stopped_.wait_for(lock, readiness_step);
  }
}

void QueryServer::shutdown(std::chrono::milliseconds grace) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  stopped_.notify_all();
  readiness_.join();
  server_->serving(false);
  context_.close();
  server_->shutdown(grace);
}

}  // namespace keel::query
