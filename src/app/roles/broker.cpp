#include "kafka/broker.hpp"

#include <grpcpp/impl/service_type.h>

#include "app/ops_desk.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "ops/log.hpp"

namespace keel::app {
namespace {

constexpr std::string_view logger = "broker";

kafka::BrokerOptions broker_options(const Configuration& configuration, const std::vector<Context>& contexts) {
  kafka::BrokerOptions options;
  options.address_file = configuration.text("broker.address_file");
  for (const auto& context : contexts) {
    options.topics.push_back(
        {kafka::topic_of(context.name), static_cast<std::int32_t>(configuration.number("journal.lane_count"))});
  }
  return options;
}

/// It has no database, so it is announced nowhere: whoever wants to see it is told its address.
Exit serve(Role& role, const kafka::BrokerOptions& options) {
  auto broker = kafka::start_broker(options);
  if (!broker) {
    complain(logger, broker.fault());
    return Exit::failed;
  }
  ops::SupervisionRegistry registry;
  const ops::NodeId node = registry.started({.parent = 0,
                                             .name = "broker",
                                             .kind = ops::NodeKind::worker,
                                             .strategy = ops::Strategy::none,
                                             .max_restarts = 0,
                                             .window = {}});
  OpsDesk desk(role, registry);
  auto server = ops::GrpcServer::start(role.grpc_options(), desk.services());
  if (!server) {
    complain(logger, server.fault());
    return Exit::failed;
  }
  role.insist("broker", [] { return Result<Done>(Done{}); });
  (*server)->serving(true);
  log::info(logger, "serving", {{"address", (*broker)->address()}});
  role.stop_signal().wait();

  const Watchdog watchdog(role.configuration().duration("shutdown.grace"));
  registry.stopped(node, "");
  (*server)->serving(false);
  (*server)->shutdown(std::chrono::milliseconds(300));
  log::info(logger, "stopped");
  return Exit::ok;
}

}  // namespace

Exit run_broker(const Configuration& configuration, const std::vector<Context>& contexts,
                const std::vector<std::string>&) {
  const auto role = Role::start(configuration, "broker");
  if (!role) {
    complain(logger, role.fault());
    return Exit::failed;
  }
  return serve(**role, broker_options(configuration, contexts));
}

}  // namespace keel::app
