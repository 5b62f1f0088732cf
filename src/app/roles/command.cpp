#include <atomic>
#include <memory>
#include <thread>

#include "actors/engine.hpp"
#include "actors/publishing.hpp"
#include "actors/reacting.hpp"
#include "actors/timing.hpp"
#include "actors/upkeep.hpp"
#include "app/connections.hpp"
#include "app/ops_desk.hpp"
#include "app/role.hpp"
#include "app/roles/roles.hpp"
#include "command/service.hpp"
#include "command/stream_service.hpp"
#include "journal/adoption.hpp"
#include "journal/postgres_journal.hpp"
#include "kafka/producer.hpp"
#include "ops/log.hpp"

namespace keel::app {
namespace {

using actors::EngineState;
using std::chrono::milliseconds;

constexpr std::string_view logger = "command";

/// How long after the drain open streams (a health watch) may hold up the end.
constexpr milliseconds stream_grace{300};

/// Looks at everything that the journal must be before lanes may be taken; learns which journal it is.
Result<Done> look_at_journal(const Configuration& configuration, const std::vector<Context>& contexts,
                             journal::Identity& identity) {
  const std::string dsn = configuration.text("journal.dsn");
  if (auto fits = journal::check_journal(dsn, journal_plan(configuration, contexts)); !fits) return fits;
  if (auto same = journal::check_identity(dsn); !same) return same;
  auto session = journal_opener(configuration, "start")();
  if (!session) return session.fault();
  auto found = (*session)->identity();
  if (!found) return found.fault();
  identity = *found;
  const auto retention = std::chrono::duration_cast<std::chrono::hours>(configuration.duration("journal.retention"));
  return (*session)->keep_receipts(retention);
}

actors::EngineOptions engine_options(const Configuration& configuration) {
  const auto count = [&](std::string_view key) { return static_cast<std::size_t>(configuration.number(key)); };
  actors::EngineOptions options;
  options.limits.per_aggregate = count("command.in_flight_per_aggregate");
  options.limits.per_context = count("command.in_flight_per_context");
  options.limits.per_process = count("command.in_flight_per_process");
  options.limits.per_caller = count("command.in_flight_per_caller");
  options.passivate_after = configuration.duration("command.passivate_after");
  options.max_aggregates_per_context = count("command.live_aggregates");
  options.snapshot_every = configuration.number("command.snapshot_every");
  options.loaders = count("journal.loaders");
  options.workers = count("command.threads");
  options.writer.max_batch_items = count("journal.batch");
  options.ownership.forced = configuration.yes("command.take_over");
  return options;
}

/// What runs beside the lanes: publisher and timers of every context, the reactors, the upkeep.
std::vector<actors::HostedService> services(const Configuration& configuration, const std::vector<Context>& contexts,
                                            const std::function<actors::CommandPort&()>& engine) {
  const auto kinds = kinds_of(contexts);
  std::vector<actors::HostedService> list;
  for (const auto& context : contexts) {
    const std::string& name = context.name;
    if (configuration.yes("command.publish")) {
      kafka::ProducerOptions producer;
      producer.client = kafka_options(configuration, "publisher-" + name);
      producer.topic = kafka::topic_of(name);
      list.push_back(actors::publishing_service(
          name, journal_opener(configuration, "publisher " + name),
          [producer] { return kafka::open_producer(producer); }, {}, ops::metrics()));
    }
    list.push_back(actors::timing_service(name, kinds, journal_opener(configuration, "timers " + name), engine,
                                          system_now, {}, ops::metrics()));
    if (context.reactor != nullptr) {
      list.push_back(actors::reacting_service(*context.reactor, kinds, journal_opener(configuration, "reactor " + name),
                                              engine, system_now, {}, ops::metrics()));
    }
  }
  actors::UpkeepOptions upkeep;
  upkeep.retention = std::chrono::duration_cast<std::chrono::hours>(configuration.duration("journal.retention"));
  list.push_back(actors::upkeep_service(contexts.front().name, journal_opener(configuration, "upkeep"), upkeep));
  return list;
}

std::string rivals_of(const EngineState& state) {
  if (state.rivals.empty()) return state.why;
  return "standing by: " + state.rivals.front().owner + " owns the lanes";
}

/// The command process: engine and edge, put together, served, and drained in the right order.
class CommandProcess {
 public:
  CommandProcess(Role& role, const std::vector<Context>& contexts, const journal::Identity& identity)
      : role_(role), configuration_(role.configuration()) {
    actors::EngineParts parts;
    parts.kinds = kinds_of(contexts);
    parts.owner = {role_.id(), process_name()};
    parts.lane_count = identity.lane_count;
    parts.open_writer = journal_opener(configuration_, "writer");
    parts.open_loader = journal_opener(configuration_, "loader");
    parts.open_owner = journal_opener(configuration_, "owner");
    parts.services = services(configuration_, contexts, [this]() -> actors::CommandPort& { return *engine_; });
    parts.on_change = [this](const EngineState& state) { changed(state); };
    parts.registry = &registry_;
    parts.metrics = &ops::metrics();
    engine_ = std::make_unique<actors::Engine>(std::move(parts), engine_options(configuration_));

    command::EdgeOptions edge;
    edge.incarnation = identity.incarnation;
    edge.retention = std::chrono::duration_cast<std::chrono::seconds>(configuration_.duration("journal.retention"));
    edge.longest_deadline = configuration_.duration("grpc.longest_deadline");
    edge_ = command::command_services(kinds_of(contexts), *engine_, edge);
    command::StreamOptions streams;
    streams.in_flight = static_cast<std::size_t>(configuration_.number("command.in_flight_per_stream"));
    streams_ = std::make_unique<command::CommandStreamService>(edge_, *engine_, edge, streams);
    desk_ = std::make_unique<OpsDesk>(role_, registry_, engine_.get());
    role_.ready_when("lanes", [this]() -> std::optional<std::string> {
      const EngineState state = engine_->state();
      if (state.stage == EngineState::Stage::owning) return std::nullopt;
      return std::string(name_of(state.stage)) + (rivals_of(state).empty() ? "" : ": " + rivals_of(state));
    });
  }

  /// Readiness asks the engine; it must have stopped asking.
  ~CommandProcess() { role_.end_status(); }
  CommandProcess(const CommandProcess&) = delete;
  CommandProcess& operator=(const CommandProcess&) = delete;

  Exit run() {
    std::vector<grpc::Service*> served = desk_->services();
    served.push_back(streams_.get());
    for (const auto& service : edge_) served.push_back(service.get());
    auto server = ops::GrpcServer::start(role_.grpc_options(), served);
    if (!server) return complain("command", server.fault());
    {
      const std::lock_guard lock(server_mutex_);
      server_ = *std::move(server);
    }
    desk_->announce(server_->port(), configuration_.text("journal.dsn"));
    engine_->start();
    role_.stop_signal().wait([this] { return engine_->state().stage == EngineState::Stage::failed; });
    return drain();
  }

 private:
  void changed(const EngineState& state) {
    log::info(logger, "engine", {{"state", name_of(state.stage)}, {"why", rivals_of(state)}});
    const std::lock_guard lock(server_mutex_);
    if (server_ && !draining_) server_->serving(state.stage == EngineState::Stage::owning);
  }

  Exit drain() {
    const bool failed = engine_->state().stage == EngineState::Stage::failed;
    const Watchdog watchdog(configuration_.duration("shutdown.grace"));
    log::info(logger, "draining");
    {
      const std::lock_guard lock(server_mutex_);
      draining_ = true;
      server_->serving(false);
    }
    streams_->stop();
    const bool clean = engine_->stop();
    server_->shutdown(stream_grace);
    desk_->say_farewell();
    log::info(logger, "stopped", {{"clean", clean}});
    return clean && !failed ? Exit::ok : Exit::failed;
  }

  Role& role_;
  const Configuration& configuration_;
  ops::SupervisionRegistry registry_;
  std::vector<std::unique_ptr<command::CommandService>> edge_;
  std::unique_ptr<command::CommandStreamService> streams_;
  std::unique_ptr<OpsDesk> desk_;
  std::mutex server_mutex_;
  std::unique_ptr<ops::GrpcServer> server_;
  /// From then on the engine's states are not told: it may still say its last one while the server ends.
  bool draining_ = false;
  /// Goes first: it tells `changed` of its end.
  std::unique_ptr<actors::Engine> engine_;
};

}  // namespace

Exit run_command(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>&) {
  const auto role = Role::start(configuration, "command");
  if (!role) return complain("command", role.fault());
  // Between the look at the journal and the engine's own condition: checking the topics alone may take seconds.
  const auto put_together = std::make_shared<std::atomic<bool>>(false);
  (*role)->ready_when("engine", [put_together]() -> std::optional<std::string> {
    if (*put_together) return std::nullopt;
    return "not put together yet";
  });
  journal::Identity identity;
  const auto look = [&] { return look_at_journal(configuration, contexts, identity); };
  if (!(*role)->insist("journal", look)) return Exit::ok;
  if (configuration.yes("command.publish")) {
    // Kafka is never a reason not to take commands: the publisher waits for it. But a wrong topic is told at once.
    const auto checked = kafka::check_topics(kafka_options(configuration, "check"), topics(configuration, contexts),
                                             std::chrono::seconds(2));
    if (!checked)
      log::warn(logger, "topics are not as they should be; commands go on", {{"why", checked.fault().what}});
  }
  CommandProcess process(**role, contexts, identity);
  *put_together = true;
  return process.run();
}

}  // namespace keel::app
