#include "dashboard/dashboard.hpp"

#include <algorithm>
#include <utility>

#include "app/connections.hpp"
#include "app/ops_server.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "dashboard/web_files.hpp"
#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"
#include "ops/log.hpp"
#include "query/postgres_projection_store.hpp"

namespace keel::app {
namespace {

using dashboard::DashboardOptions;
using dashboard::DashboardParts;
using dashboard::Payloads;

constexpr std::string_view logger = "dashboard";
/// A page is not worth waiting for longer.
constexpr std::chrono::milliseconds page_statement_timeout{2'000};

Payloads payloads_of(const Configuration& configuration) {
  const auto word = configuration.text("dashboard.payloads");
  for (const auto payloads : {Payloads::none, Payloads::keys, Payloads::full}) {
    if (name_of(payloads) == word) return payloads;
  }
  throw ConfigurationError{{"dashboard.payloads must be none, keys or full, not '" + word + "'"}};
}

dashboard::AccessOptions access_of(const Configuration& configuration) {
  dashboard::AccessOptions access;
  access.viewer_token = configuration.text("dashboard.viewer_token");
  access.operator_token = configuration.text("dashboard.operator_token");
  access.admin_token = configuration.text("dashboard.admin_token");
  const bool actions = configuration.yes("dashboard.actions");
  access.without_token = actions ? dashboard::Role::admin : dashboard::Role::viewer;
  return access;
}

DashboardOptions options_of(const Configuration& configuration) {
  DashboardOptions options;
  options.listen = configuration.text("dashboard.listen");
  options.base_path = configuration.text("dashboard.base_path");
  options.hosts = configuration.list("dashboard.hosts");
  options.actions = configuration.yes("dashboard.actions");
  options.payloads = payloads_of(configuration);
  options.access = access_of(configuration);
  options.max_clients = static_cast<std::size_t>(configuration.number("dashboard.max_clients"));
  options.sample_interval = configuration.duration("dashboard.sample_interval");
  options.processes = configuration.list("dashboard.processes");
  options.ops_token = configuration.text("ops.token");
  if (auto why = objection(options); !why.empty()) throw ConfigurationError{{std::move(why)}};
  return options;
}

journal::PostgresOptions page_journal(const Configuration& configuration) {
  auto options = journal_options(configuration, "dashboard");
  options.statement_timeout = std::min(options.statement_timeout, page_statement_timeout);
  return options;
}

replay::RebuildParts rebuild_parts(const Configuration& configuration, const query::Projection& projection) {
  const std::string purpose = "dashboard rebuild " + projection.name;
  return {projection, query::postgres_projection_store(configuration.text("read.dsn"), "keel " + purpose),
          journal_opener(configuration, purpose),
          journal::postgres_event_scan(journal_options(configuration, purpose))};
}

replay::VerifyParts verify_parts(const Configuration& configuration, const query::Projection& projection) {
  return {projection, configuration.text("read.dsn"),
          journal::postgres_event_scan(journal_options(configuration, "dashboard verify"))};
}

DashboardParts parts_of(const Configuration& configuration, const std::vector<Context>& contexts) {
  DashboardParts parts;
  parts.version = version();
  parts.worker = process_name();
  for (const auto& context : contexts) {
    parts.contexts.push_back({context.name, context.aggregates});
    const auto& projections = context.read_model.projections;
    parts.projections.insert(parts.projections.end(), projections.begin(), projections.end());
  }
  parts.read_dsn = configuration.text("read.dsn");
  parts.journal_dsn = configuration.text("journal.dsn");
  parts.journal = journal::PostgresJournal::opener(page_journal(configuration));
  parts.rebuild_parts = [&configuration](const auto& projection) { return rebuild_parts(configuration, projection); };
  parts.verify_parts = [&configuration](const auto& projection) { return verify_parts(configuration, projection); };
  return parts;
}

/// Neither databases nor processes need to be there: what is missing is what it is to show.
Exit serve(Role& role, const DashboardOptions& options, const std::vector<Context>& contexts) {
  const Configuration& configuration = role.configuration();
  auto started = dashboard::Dashboard::start(options, parts_of(configuration, contexts), dashboard::web_files());
  if (!started) return complain(logger, started.fault());
  auto& shown = **started;
  ops::SupervisionRegistry registry;
  const ops::NodeId node = registry.started({.parent = 0, .name = "dashboard"});
  auto server = OpsServer::start(role, registry);
  if (!server) return complain(logger, server.fault());
  role.insist("dashboard", [] { return Result<Done>(Done{}); });
  (*server)->serve_and_announce(configuration.text("read.dsn"));
  log::info(logger, "serving",
            {{"port", shown.port()}, {"base_path", options.base_path}, {"actions", options.actions}});
  role.stop_signal().wait();

  const Watchdog watchdog(configuration.duration("shutdown.grace"));
  (*server)->drain();
  shown.stop();
  registry.stopped(node, "");
  (*server)->end();
  log::info(logger, "stopped");
  return Exit::ok;
}

}  // namespace

Exit run_dashboard(const Configuration& configuration, const std::vector<Context>& contexts,
                   const std::vector<std::string>&) {
  const auto options = options_of(configuration);
  const auto role = Role::start(configuration, "dashboard");
  if (!role) return complain(logger, role.fault());
  return serve(**role, options, contexts);
}

}  // namespace keel::app
