#include "kafka/broker.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "ops/log.hpp"

namespace keel::app {

Exit run_broker(const Configuration& configuration, const std::vector<Context>& contexts,
                const std::vector<std::string>&) {
  const auto role = Role::start(configuration, "broker");
  if (!role) {
    complain("broker", role.fault());
    return Exit::failed;
  }
  kafka::BrokerOptions options;
  options.address_file = configuration.text("broker.address_file");
  for (const auto& context : contexts) {
    options.topics.push_back(
        {kafka::topic_of(context.name), static_cast<std::int32_t>(configuration.number("journal.lane_count"))});
  }
  auto broker = kafka::start_broker(options);
  if (!broker) {
    complain("broker", broker.fault());
    return Exit::failed;
  }
  (*role)->insist("broker", [] { return Result<Done>(Done{}); });
  log::info("broker", "serving", {{"address", (*broker)->address()}});
  (*role)->stop_signal().wait();
  log::info("broker", "stopped");
  return Exit::ok;
}

}  // namespace keel::app
