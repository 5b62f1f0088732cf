#pragma once

#include <memory>
#include <string>

#include "app/ops_desk.hpp"

namespace keel::app {

/// The gRPC server of a role that serves nothing of its own there: people ask it, and see that it is well. One thread.
class OpsServer {
 public:
  /// Listens, not serving yet. Fault: the address is taken. Role and registry outlive it.
  static Result<std::unique_ptr<OpsServer>> start(Role& role, ops::SupervisionRegistry& registry);

  /// The role is at work.
  void serve() { server_->serving(true); }
  /// The same, and from now on the process beats in this database.
  void serve_and_announce(const std::string& dsn);
  /// The role ends; who asks is still answered.
  void drain() { server_->serving(false); }
  /// After the last of what can be seen in the history: hangs up, says farewell, and answers no probes any more.
  void end();

 private:
  OpsServer(Role& role, ops::SupervisionRegistry& registry) : role_(role), desk_(role, registry) {}

  Role& role_;
  OpsDesk desk_;
  std::unique_ptr<ops::GrpcServer> server_;
};

}  // namespace keel::app
