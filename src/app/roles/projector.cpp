#include "query/projector_set.hpp"

#include <algorithm>
#include <memory>

#include "app/connections.hpp"
#include "app/ops_server.hpp"
#include "app/role.hpp"
#include "app/roles/projection_tree.hpp"
#include "app/roles/roles.hpp"
#include "kafka/consumer.hpp"
#include "ops/log.hpp"
#include "query/postgres_projection_store.hpp"
#include "query/schema.hpp"

namespace keel::app {
namespace {

using query::Projection;
using query::Projector;

constexpr std::string_view logger = "projector";

/// The projections that the configuration names. Throws `ConfigurationError` for a name that no context has.
std::vector<Projection> chosen(const Configuration& configuration, const std::vector<Context>& contexts) {
  std::vector<Projection> all;
  for (const auto& context : contexts) {
    all.insert(all.end(), context.read_model.projections.begin(), context.read_model.projections.end());
  }
  const auto names = configuration.list("projector.projections");
  if (names == std::vector<std::string>{"all"}) return all;
  std::vector<Projection> some;
  for (const auto& name : names) {
    const auto found = std::ranges::find(all, name, &Projection::name);
    if (found == all.end()) {
      std::string known;
      for (const auto& projection : all) known += " " + projection.name;
      throw ConfigurationError{{"projector.projections: there is no projection '" + name + "'; there are:" + known}};
    }
    some.push_back(*found);
  }
  return some;
}

query::ProjectorOptions projector_options(const Configuration& configuration) {
  const std::string text = configuration.text("projector.lanes");
  const auto lanes = query::parse_lane_choice(text);
  if (!lanes)
    throw ConfigurationError{{"projector.lanes must be all, group or a range such as 0-7, not '" + text + "'"}};
  query::ProjectorOptions options;
  options.lanes = *lanes;
  options.rules.batch = static_cast<std::size_t>(configuration.number("projector.batch"));
  return options;
}

Projector::Sources sources(const Configuration& configuration, const Projection& projection,
                           const query::LaneChoice& lanes, std::int64_t generation) {
  kafka::ConsumerOptions consumer;
  consumer.client = kafka_options(configuration, "projector-" + projection.name);
  consumer.group = "keel-" + projection.name + "-g" + std::to_string(generation);
  if (lanes.kind == query::LaneChoice::Kind::group) {
    for (const auto& context : projection.contexts) consumer.subscription.push_back(kafka::topic_of(context));
  }
  return {query::postgres_projection_store(configuration.text("read.dsn"), "keel projector " + projection.name),
          journal_opener(configuration, "projector " + projection.name),
          [consumer] { return kafka::open_consumer(consumer); }};
}

std::optional<std::string> trouble_of(const query::ProjectorStatus& status) {
  if (status.state == query::ProjectorState::running || status.state == query::ProjectorState::paused) return {};
  return std::string(name_of(status.state)) + (status.reason.empty() ? "" : ": " + status.reason);
}

/// Asked of the live generation alone: others are nobody's before they are promoted.
std::optional<std::string> why_not_running(const query::ProjectorSet& projectors) {
  const auto status = projectors.status();
  if (!status.reason.empty()) return status.reason;
  for (const auto& one : status.generations) {
    if (status.live && one.generation == status.live->generation) return trouble_of(one);
  }
  return "starting";
}

Exit project(Role& role, const std::vector<Projection>& projections, const query::ProjectorOptions& options) {
  const Configuration& configuration = role.configuration();
  std::vector<std::unique_ptr<query::ProjectorSet>> projectors;
  for (const auto& projection : projections) {
    const auto connected = [&configuration, &options, projection](std::int64_t generation) {
      return sources(configuration, projection, options.lanes, generation);
    };
    projectors.push_back(std::make_unique<query::ProjectorSet>(projection, connected, options));
    role.ready_when(projection.name, [raw = projectors.back().get()] { return why_not_running(*raw); });
  }
  ops::SupervisionRegistry registry;
  ProjectionTree tree(registry);
  auto server = OpsServer::start(role, registry);
  if (!server) return complain("projector", server.fault());
  for (auto& projector : projectors) projector->start();
  (*server)->serve_and_announce(configuration.text("read.dsn"));
  log::info(logger, "serving", {{"projections", projections.size()}});
  role.stop_signal().wait(now_and_then([&] {
    for (const auto& projector : projectors) tree.look(projector->status());
  }));

  const Watchdog watchdog(configuration.duration("shutdown.grace"));
  (*server)->drain();
  for (auto& projector : projectors) projector->stop();
  tree.stopped();
  (*server)->end();
  log::info(logger, "stopped");
  return Exit::ok;
}

}  // namespace

Exit run_projector(const Configuration& configuration, const std::vector<Context>& contexts,
                   const std::vector<std::string>&) {
  const auto projections = chosen(configuration, contexts);
  const auto options = projector_options(configuration);
  const auto role = Role::start(configuration, "projector");
  if (!role) return complain("projector", role.fault());
  const auto look = [&]() -> Result<Done> {
    if (auto fits = query::check_read_store(configuration.text("read.dsn")); !fits) return fits;
    return journal::check_journal(configuration.text("journal.dsn"), journal_plan(configuration, contexts));
  };
  if (!(*role)->insist("databases", look)) return Exit::ok;
  return project(**role, projections, options);
}

}  // namespace keel::app
