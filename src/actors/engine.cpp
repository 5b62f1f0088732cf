#include "actors/engine.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "actors/engine_by_hand.hpp"
#include "actors/engine_tree.hpp"
#include "actors/guardian.hpp"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

using Stage = EngineState::Stage;
using std::chrono::milliseconds;

constexpr milliseconds threads_come_back_within{3000};
constexpr milliseconds stopped_in_destructor_within{3000};
/// Messages an actor may take before it lets others run.
constexpr std::size_t turn_length = 200;

caf::actor_system_config& configured(caf::actor_system_config& config, const EngineOptions& options) {
  const bool by_hand = options.scheduling == EngineOptions::Scheduling::by_hand;
  const bool stealing = options.scheduling == EngineOptions::Scheduling::stealing;
  config.set("scheduler.policy", by_hand    ? caf::atom("testing")
                                 : stealing ? caf::atom("stealing")
                                            : caf::atom("sharing"));
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  config.set("scheduler.max-threads", options.workers == 0 ? cores : options.workers);
  config.set("scheduler.max-throughput", turn_length);
  return config;
}

Setting setting_of(EngineParts& parts, EngineOptions options) {
  Setting setting;
  setting.live = {options.limits.per_aggregate, options.snapshot_every, options.snapshot_at_rest_after,
                  options.remember_ids_for, parts.clock};
  setting.threads = options.scheduling != EngineOptions::Scheduling::by_hand;
  setting.options = std::move(options);
  setting.owner = parts.owner;
  setting.lane_count = parts.lane_count;
  setting.open_writer = parts.open_writer;
  setting.open_loader = parts.open_loader;
  setting.open_owner = parts.open_owner;
  setting.registry = parts.registry;
  setting.metrics = parts.metrics != nullptr ? parts.metrics : &ops::metrics();
  setting.clock = parts.clock;
  return setting;
}

void check(const EngineParts& parts) {
  if (parts.kinds.empty()) throw std::logic_error("an engine without aggregates");
  if (parts.lane_count < 1) throw std::logic_error("an engine without lanes");
  if (parts.registry == nullptr) throw std::logic_error("an engine without a supervision registry");
  if (!parts.open_writer || !parts.open_loader || !parts.open_owner) {
    throw std::logic_error("an engine without a journal");
  }
  for (const auto& service : parts.services) {
    const bool known = std::any_of(parts.kinds.begin(), parts.kinds.end(),
                                   [&](const auto* kind) { return kind->context == service.context; });
    if (!known) throw std::logic_error("the service " + service.name + " serves no context of this engine");
  }
}

}  // namespace

// -- the tree -------------------------------------------------------------------------------------------------------

Engine::Tree::Tree(EngineParts from, EngineOptions options)
    : parts(std::move(from)),
      setting(setting_of(parts, std::move(options))),
      admission(setting.options.limits.per_process, setting.options.limits.per_caller),
      status(std::make_shared<EngineStatus>(parts.on_change)),
      system(configured(config, setting.options)) {
  for (const auto* kind : parts.kinds) {
    const auto same =
        std::find_if(routes.begin(), routes.end(), [&](const auto& route) { return route->context == kind->context; });
    if (same != routes.end()) {
      by_kind.emplace_back(kind, same->get());
      continue;
    }
    routes.push_back(std::make_unique<ContextRoute>(std::string(kind->context), setting.options.limits.per_context,
                                                    static_cast<std::size_t>(parts.lane_count)));
    by_kind.emplace_back(kind, routes.back().get());
  }
  watch_metrics();
}

void Engine::Tree::watch_metrics() {
  auto& metrics = *setting.metrics;
  const auto refused = [&](const char* reason) {
    return metrics.counter("keel_calls_refused_total", "Calls answered before they reached a lane.",
                           {{"reason", reason}});
  };
  overloaded = refused("overloaded");
  not_owner = refused("not_owner");
  stopping = refused("stopping");
  const auto owning = metrics.gauge("keel_owner", "1 while this process owns its lanes.");
  std::vector<std::pair<const Gate*, ops::Gauge>> gates;
  for (const auto& route : routes) {
    gates.emplace_back(&route->gate, metrics.gauge("keel_calls_in_flight", "Calls between admission and answer.",
                                                   {{"context", route->context}}));
    metrics
        .gauge("keel_calls_limit", "Calls that may be between admission and answer; more are refused.",
               {{"context", route->context}})
        .set(static_cast<double>(setting.options.limits.per_context));
  }
  sampling = metrics.before_scrape([owning, gates, state = status] {
    owning.set(state->stage() == Stage::owning ? 1 : 0);
    for (const auto& [gate, gauge] : gates) gauge.set(static_cast<double>(gate->inside()));
  });
}

ContextRoute& Engine::Tree::route_of(const domain::AggregateKind* kind) const {
  for (const auto& [known, route] : by_kind) {
    if (known == kind) return *route;
  }
  throw std::logic_error("a call of a kind that this engine was not given");
}

caf::scheduler::test_coordinator& Engine::Tree::coordinator() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
}

bool Engine::Tree::wait_for(Stage stage, milliseconds limit) {
  if (setting.threads) return status->wait_for(stage, limit);
  constexpr milliseconds stride{10};
  for (milliseconds passed{0}; passed <= limit; passed += stride) {
    coordinator().run();
    if (status->stage() == stage) return true;
    coordinator().advance_time(stride);
  }
  return false;
}

bool Engine::Tree::end() {
  if (guardian) caf::anon_send_exit(guardian, caf::exit_reason::user_shutdown);
  guardian = nullptr;
  for (milliseconds passed{0}; passed < threads_come_back_within; passed += milliseconds(1)) {
    if (!setting.threads) coordinator().run();
    if (system.registry().running() == 0) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

// -- the engine -----------------------------------------------------------------------------------------------------

Engine::Engine(EngineParts parts, EngineOptions options) {
  check(parts);
  tree_ = std::make_unique<Tree>(std::move(parts), std::move(options));
}

Engine::~Engine() {
  const Stage stage = tree_->status->stage();
  if (stage != Stage::made && stage != Stage::stopped) stop(stopped_in_destructor_within);
  tree_->sampling.reset();
  if (tree_->end()) return;
  log::error("engine", "threads did not come back and are left behind",
             {{"actors", tree_->system.registry().running()}});
  static_cast<void>(tree_.release());
}

void Engine::start() {
  if (tree_->guardian) return;
  std::vector<ContextRoute*> routes;
  for (const auto& route : tree_->routes) routes.push_back(route.get());
  tree_->guardian = tree_->system.spawn<Guardian>(
      GuardianParts{&tree_->setting, std::move(routes), &tree_->parts.services, tree_->status});
  caf::anon_send(tree_->guardian, msg::Begin{});
}

bool Engine::stop(milliseconds deadline) {
  if (!tree_->guardian) return true;
  EngineState state = tree_->status->state();
  if (state.stage == Stage::standby || state.stage == Stage::owning) {
    tree_->status->change({Stage::stopping, {}, {}});
  }
  caf::anon_send(tree_->guardian, msg::Stop{});
  return tree_->wait_for(Stage::stopped, deadline) && tree_->status->clean();
}

EngineState Engine::state() const { return tree_->status->state(); }

bool Engine::wait_for(EngineState::Stage stage, milliseconds limit) const { return tree_->wait_for(stage, limit); }

void Engine::submit(Call call) {
  ContextRoute& route = tree_->route_of(call.kind);
  const Stage stage = tree_->status->stage();
  if (stage == Stage::stopping || stage == Stage::stopped) {
    tree_->stopping.add();
    return call.reply.answer(Trouble::stopping);
  }
  const std::uint64_t hash = lane_hash(call.kind->type, call.aggregate_id);
  const caf::actor lane = route.doors[hash % route.doors.size()].lane();
  if (stage != Stage::owning || !lane) {
    tree_->not_owner.add();
    return call.reply.answer(Trouble::not_owner);
  }
  Ticket ticket(tree_->admission, route.gate, call.caller);
  if (!ticket.admitted()) {
    tree_->overloaded.add();
    return call.reply.answer(Trouble::overloaded);
  }
  auto pending = std::make_unique<PendingCall>(std::move(call), std::move(ticket));
  pending->hash = hash;
  caf::anon_send(lane, msg::Call(std::move(pending)));
}

// -- by hand --------------------------------------------------------------------------------------------------------

void ByHand::run() { engine_.tree_->coordinator().run(); }

bool ByHand::run_once() { return engine_.tree_->coordinator().try_run_once(); }

void ByHand::let_pass(milliseconds time) { engine_.tree_->coordinator().advance_time(time); }

}  // namespace keel::actors
