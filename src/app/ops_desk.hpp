#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/role.hpp"
#include "ops/postgres_presence.hpp"
#include "ops/supervision_service.hpp"

namespace keel::app {

/// What every long-running role shows of itself to people, and lets them do: its supervision tree, what it is and says
/// (`keel.ops.v1`), and that it is there, in the database that it has.
///
/// Made before the gRPC server and gone after it; role, registry and control outlive it. One thread.
class OpsDesk {
 public:
  /// `control` is null in a role without actors.
  OpsDesk(Role& role, ops::SupervisionRegistry& registry, ops::ActorControl* control = nullptr);
  ~OpsDesk();
  OpsDesk(const OpsDesk&) = delete;
  OpsDesk& operator=(const OpsDesk&) = delete;

  /// To be served beside the role's own.
  std::vector<grpc::Service*> services() const;

  /// From now on the process beats in this database, and its history is copied there. `grpc_port` is what the server
  /// got.
  void announce(int grpc_port, const std::string& dsn);
  /// Says that the process ends, after everything that can be seen in its history. Waits for a second at most.
  void say_farewell();

 private:
  ops::ProcessIdentity identity(int grpc_port) const;

  Role& role_;
  const ops::SupervisionRegistry& registry_;
  std::unique_ptr<grpc::Service> supervision_;
  std::unique_ptr<grpc::Service> process_;
  std::optional<ops::PostgresPresence> presence_;
};

}  // namespace keel::app
