#include "app/ops_server.hpp"

#include <grpcpp/impl/service_type.h>

namespace keel::app {

Result<std::unique_ptr<OpsServer>> OpsServer::start(Role& role, ops::SupervisionRegistry& registry) {
  std::unique_ptr<OpsServer> started(new OpsServer(role, registry));
  auto server = ops::GrpcServer::start(role.grpc_options(), started->desk_.services());
  if (!server) return server.fault();
  started->server_ = *std::move(server);
  return started;
}

void OpsServer::serve_and_announce(const std::string& dsn) {
  serve();
  desk_.announce(server_->port(), dsn);
}

void OpsServer::end() {
  server_->shutdown(std::chrono::milliseconds(300));
  desk_.say_farewell();
  role_.end_status();
}

}  // namespace keel::app
