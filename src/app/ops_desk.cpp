#include "app/ops_desk.hpp"

#include <grpcpp/impl/service_type.h>

#include "ops/process_service.hpp"

namespace keel::app {
namespace {

std::vector<ops::ShownSetting> shown_settings(const Configuration& configuration) {
  std::vector<ops::ShownSetting> settings;
  for (auto& setting : configuration.shown()) {
    settings.push_back(
        {std::string(setting.key), std::move(setting.value), std::string(setting.source), std::string(setting.help)});
  }
  return settings;
}

/// What the groups below this node count: one a lane.
std::int64_t live_aggregates(const ops::SupervisionRegistry& registry, ops::NodeId parent) {
  constexpr std::size_t most_children = 2'000;
  std::int64_t alive = 0;
  for (const auto& child : registry.children(parent, most_children)) {
    const bool is_group = child.spec.kind == ops::NodeKind::aggregate_group;
    alive += is_group ? child.aggregates : live_aggregates(registry, child.id);
  }
  return alive;
}

}  // namespace

OpsDesk::OpsDesk(Role& role, ops::SupervisionRegistry& registry, ops::ActorControl* control)
    : role_(role), registry_(registry), supervision_(ops::supervision_service(registry, control, role.permissions())) {
  ops::ProcessParts parts;
  parts.identity = identity(0);
  parts.permissions = role.permissions();
  parts.configuration = [&role] { return shown_settings(role.configuration()); };
  parts.unmet_conditions = [&role] { return role.unmet_conditions(); };
  parts.live_aggregates = [&registry] { return live_aggregates(registry, 0); };
  parts.drain = StopSignal::raise;
  process_ = ops::process_service(std::move(parts));
}

OpsDesk::~OpsDesk() { say_farewell(); }

std::vector<grpc::Service*> OpsDesk::services() const { return {supervision_.get(), process_.get()}; }

void OpsDesk::announce(int grpc_port, const std::string& dsn) {
  ops::PresenceOptions options;
  options.dsn = dsn;
  options.application_name = "keel " + role_.name() + " presence";
  options.retention = role_.configuration().duration("ops.history_retention");
  presence_.emplace(std::move(options), identity(grpc_port), registry_);
}

void OpsDesk::say_farewell() { presence_.reset(); }

ops::ProcessIdentity OpsDesk::identity(int grpc_port) const {
  ops::ProcessIdentity own;
  own.id = role_.id();
  own.role = role_.name();
  own.node = process_name();
  own.version = std::string(version());
  own.started_at = role_.started_at();
  own.grpc_address = reachable_address(role_.grpc_listen(), grpc_port);
  own.status_address = role_.status_address();
  return own;
}

}  // namespace keel::app
