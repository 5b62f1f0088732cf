#include <memory>

#include <grpcpp/impl/service_type.h>

#include "app/connections.hpp"
#include "app/ops_desk.hpp"
#include "app/role.hpp"
#include "app/roles/query_tree.hpp"
#include "app/roles/roles.hpp"
#include "ops/log.hpp"
#include "query/query_server.hpp"
#include "query/schema.hpp"

namespace keel::app {
namespace {

constexpr std::string_view logger = "query";

query::QueryOptions query_options(const Configuration& configuration) {
  query::QueryOptions options;
  options.dsn = configuration.text("read.dsn");
  options.sessions = static_cast<std::size_t>(configuration.number("query.sessions"));
  options.max_waiting = static_cast<std::size_t>(configuration.number("query.waiting_calls"));
  return options;
}

Exit serve(Role& role, const std::vector<query::ReadModel>& models) {
  const Configuration& configuration = role.configuration();
  ops::SupervisionRegistry registry;
  QueryTree tree(registry);
  OpsDesk desk(role, registry);
  auto server = query::QueryServer::start(role.grpc_options(), query_options(configuration), models, desk.services());
  if (!server) return complain("query", server.fault());
  role.ready_when("projections", [&server] { return (*server)->why_not_ready(); });
  desk.announce((*server)->port(), configuration.text("read.dsn"));
  log::info(logger, "serving", {{"listen", configuration.text("query.listen")}});
  role.stop_signal().wait(now_and_then([&] { tree.look((*server)->parts()); }));

  const Watchdog watchdog(configuration.duration("shutdown.grace"));
  (*server)->shutdown(std::chrono::seconds(2));
  tree.stopped();
  desk.say_farewell();
  role.end_status();
  log::info(logger, "stopped");
  return Exit::ok;
}

}  // namespace

Exit run_query(const Configuration& configuration, const std::vector<Context>& contexts,
               const std::vector<std::string>&) {
  const auto role = Role::start(configuration, "query");
  if (!role) return complain("query", role.fault());
  const auto look = [&] { return query::check_read_store(configuration.text("read.dsn")); };
  if (!(*role)->insist("read store", look)) return Exit::ok;
  return serve(**role, read_models_of(contexts));
}

}  // namespace keel::app
