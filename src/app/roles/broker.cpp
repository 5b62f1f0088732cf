#include "kafka/broker.hpp"

#include "app/ops_server.hpp"
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
  if (!broker) return complain(logger, broker.fault());
  ops::SupervisionRegistry registry;
  const ops::NodeId node = registry.started({.parent = 0, .name = "broker"});
  auto server = OpsServer::start(role, registry);
  if (!server) return complain(logger, server.fault());
  role.insist("broker", [] { return Result<Done>(Done{}); });
  (*server)->serve();
  log::info(logger, "serving", {{"address", (*broker)->address()}});
  role.stop_signal().wait();

  const Watchdog watchdog(role.configuration().duration("shutdown.grace"));
  registry.stopped(node, "");
  (*server)->drain();
  (*server)->end();
  log::info(logger, "stopped");
  return Exit::ok;
}

}  // namespace

Exit run_broker(const Configuration& configuration, const std::vector<Context>& contexts,
                const std::vector<std::string>&) {
  const auto role = Role::start(configuration, "broker");
  if (!role) return complain(logger, role.fault());
  return serve(**role, broker_options(configuration, contexts));
}

}  // namespace keel::app
