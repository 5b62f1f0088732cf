#include "app/ops_desk.hpp"

#include <grpcpp/impl/service_type.h>

#include "ops/metrics.hpp"
#include "ops/process_service.hpp"

namespace keel::app {
namespace {

std::vector<ops::ShownSetting> shown_settings(const Configuration& configuration) {
  std::vector<ops::ShownSetting> settings;
  for (auto& setting : configuration.shown()) {
    settings.push_back({std::string(setting.key), std::move(setting.value), std::string(setting.source),
                        std::string(setting.help)});
  }
  return settings;
}

/// What the registries of this process have counted.
std::int64_t live_aggregates() {
  static const ops::Gauge alive =
      ops::metrics().gauge("keel_actors", "Actors that are alive.", {{"kind", "aggregate"}});
  return static_cast<std::int64_t>(alive.value());
}

}  // namespace

OpsDesk::OpsDesk(Role& role, ops::SupervisionRegistry& registry, ops::ActorControl* control)
    : role_(role),
      registry_(registry),
      supervision_(ops::supervision_service(registry, control, role.permissions())) {
  ops::ProcessParts parts;
  parts.identity = identity(0);
  parts.permissions = role.permissions();
  parts.configuration = [&role] { return shown_settings(role.configuration()); };
  parts.why_not_ready = [&role] { return role.why_not_ready(); };
  parts.live_aggregates = live_aggregates;
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
