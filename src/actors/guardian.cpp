#include "actors/guardian.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

#include "actors/context_actor.hpp"
#include "actors/exceptions.hpp"
#include "actors/load_desk.hpp"
#include "actors/owner_actor.hpp"
#include "actors/spawning.hpp"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

using Stage = EngineState::Stage;

constexpr std::size_t owner_child = 0;
constexpr std::size_t desk_child = 1;
constexpr std::chrono::milliseconds giving_up_takes{1000};

}  // namespace

Guardian::Guardian(caf::actor_config& config, GuardianParts parts)
    : caf::event_based_actor(config), parts_(std::move(parts)), setting_(*parts_.setting) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    std::string cause = text_of(thrown);
    parts_.status->change({Stage::failed, {}, "the guardian crashed: " + cause});
    return caf::make_error(caf::sec::runtime_error, std::move(cause));
  });
  set_down_handler([this](const caf::down_msg& down) { child_died(down); });
}

caf::behavior Guardian::make_behavior() {
  return {
      [this](msg::Begin) { begin(); },
      [this](const msg::TookOver& taken) { took_over(taken); },
      [this](const msg::ContextOpen& opened) { context_open(opened.term); },
      [this](const msg::LanesLost& news) { lost(news); },
      [this](msg::StandingBy& news) {
        if (contexts_.empty() && stop_ == Stop::not_asked) {
          parts_.status->change({Stage::standby, std::move(news.rivals), "somebody else holds the lanes"});
        }
      },
      [this](const msg::OwnerFault& fault) { parts_.status->explain(Stage::standby, fault.what); },
      [this](const msg::Restart& due) { restart(due.child); },
      [this](msg::Stop) { stop(); },
      [this](msg::ContextRested) {
        if (stop_ == Stop::resting && --awaited_ == 0) go_on_stopping();
      },
      [this](msg::ServicesStopped) {
        if (stop_ == Stop::services && --awaited_ == 0) go_on_stopping();
      },
      [this](const msg::GaveUp& gave_up) {
        if (!gave_up.problem.empty()) {
          log::warn("guardian", "the lanes could not be given back", {{"what", gave_up.problem}});
        }
        finish(gave_up.problem.empty());
      },
      [this](const msg::TimeOver& over) { time_over(over.stage); },
      [this](msg::Operator& call) { asked(std::move(*call)); },
      [](const msg::Overdue& overdue) {
        overdue.answer->tell(ops::ActorProblem{ops::ActorProblem::Kind::unavailable, "nobody answered in time"});
      },
  };
}

void Guardian::on_exit() {
  end_contexts();
  if (owner_) send_exit(owner_, caf::exit_reason::user_shutdown);
  if (desk_) send_exit(desk_, caf::exit_reason::user_shutdown);
  owner_ = desk_ = nullptr;
  if (root_ != 0) setting_.registry->stopped(root_, "");
}

// -- starting ---------------------------------------------------------------------------------------------------------

void Guardian::begin() {
  const auto& policy = setting_.options.contexts;
  root_ = setting_.registry->started({.name = "command",
                                      .kind = ops::NodeKind::supervisor,
                                      .strategy = ops::Strategy::one_for_all,
                                      .max_restarts = policy.max_restarts,
                                      .window = policy.window});
  journal_ = setting_.registry->started(
      {.parent = root_, .name = "journal", .kind = ops::NodeKind::supervisor, .strategy = ops::Strategy::one_for_one});
  owner_node_ = setting_.registry->started({.parent = journal_, .name = "owner"});
  stand_by("trying for the lanes");
  start_desk();
  start_owner();
}

void Guardian::start_desk() {
  desk_ = spawn<LoadDesk>(setting_, journal_);
  monitor(desk_);
}

void Guardian::start_owner() {
  std::vector<std::string> contexts;
  for (const auto* route : parts_.routes) contexts.push_back(route->context);
  owner_ = spawn_blocking<OwnerActor>(*this, setting_, std::move(contexts), me());
  monitor(owner_);
}

void Guardian::took_over(const msg::TookOver& taken) {
  if (stop_ != Stop::not_asked) return;
  end_contexts();
  ++term_;
  open_contexts_ = 0;
  held_.clear();
  for (const auto& one : taken.contexts) held_[one.context] = std::make_shared<HeldLanes>(one.context, one.lanes);
  for (auto* route : parts_.routes) {
    const auto lanes = std::find_if(taken.contexts.begin(), taken.contexts.end(),
                                    [&](const auto& one) { return one.context == route->context; });
    std::vector<const HostedService*> services;
    for (const auto& service : *parts_.services) {
      if (service.context == route->context) services.push_back(&service);
    }
    contexts_.push_back(spawn<ContextActor>(
        ContextParts{&setting_, route, lanes->lanes, held_, std::move(services), bells_, desk_, me(), term_, root_}));
    monitor(contexts_.back());
  }
  log::info("guardian", "took the lanes over", {{"contexts", contexts_.size()}, {"lanes", setting_.lane_count}});
}

void Guardian::context_open(std::uint64_t term) {
  if (term != term_ || contexts_.empty() || ++open_contexts_ < contexts_.size()) return;
  if (stop_ == Stop::not_asked) parts_.status->change({Stage::owning, {}, {}});
}

// -- losing -----------------------------------------------------------------------------------------------------------

void Guardian::lost(const msg::LanesLost& news) {
  const bool from_context = !news.context.empty();
  if (contexts_.empty() || (from_context && news.term != term_)) return;
  log::warn("guardian", "the lanes are lost", {{"context", news.context}, {"what", news.why}});
  end_contexts();
  if (from_context && owner_) caf::anon_send(owner_, news);
  if (stop_ == Stop::resting || stop_ == Stop::services) return go_on_stopping();
  if (stop_ != Stop::not_asked) return;
  stand_by("lost the lanes: " + news.why);
  if (news.failed) fail_or_go_on(news.why);
}

void Guardian::fail_or_go_on(const std::string& why) {
  context_deaths_.died(setting_.options.contexts, RestartHistory::Clock::now(), random_fraction());
  if (!context_deaths_.exhausted(setting_.options.contexts)) return;
  setting_.registry->escalated(root_, why);
  if (owner_) caf::anon_send(owner_, msg::GiveUp{});
  parts_.status->change({Stage::failed, {}, why});
}

void Guardian::end_contexts() {
  for (const auto& [context, lanes] : held_) lanes->lost();
  for (const auto& context : contexts_) send_exit(context, caf::exit_reason::user_shutdown);
  contexts_.clear();
}

void Guardian::child_died(const caf::down_msg& down) {
  const std::string cause = text_of(down.reason);
  const bool owner_died = owner_ && owner_ == down.source;
  const bool desk_died = desk_ && desk_ == down.source;
  if (owner_died) {
    owner_ = nullptr;
    setting_.registry->crashed(owner_node_, cause);
    const auto pause = owner_deaths_.died(setting_.options.contexts, RestartHistory::Clock::now(), random_fraction());
    setting_.registry->backing_off(owner_node_, pause);
    delayed_send(this, pause, msg::Restart{owner_child});
    if (stop_ == Stop::giving_up) return finish(false);
    return lost({{}, "the owner crashed: " + cause, term_, true});
  }
  if (desk_died) {
    desk_ = nullptr;
    const auto pause = desk_deaths_.died(setting_.options.contexts, RestartHistory::Clock::now(), random_fraction());
    delayed_send(this, pause, msg::Restart{desk_child});
  }
  const auto context =
      std::find_if(contexts_.begin(), contexts_.end(), [&](const caf::actor& one) { return one == down.source; });
  if (!desk_died && context == contexts_.end()) return;
  lost({desk_died ? "loaders" : "context", (desk_died ? "the load desk crashed: " : "a context crashed: ") + cause,
        term_, true});
}

void Guardian::restart(std::size_t child) {
  if (stop_ != Stop::not_asked) return;
  if (child == owner_child && !owner_) {
    start_owner();
    setting_.registry->restarted(owner_node_);
  }
  if (child == desk_child && !desk_) start_desk();
}

void Guardian::stand_by(std::string why) { parts_.status->change({Stage::standby, {}, std::move(why)}); }

// -- operators --------------------------------------------------------------------------------------------------------

void Guardian::asked(OperatorCall call) {
  if (call.node == journal_) return static_cast<void>(taken(call, {}));
  if (call.node == owner_node_) return asked_of_owner(std::move(call));
  if (call.node == root_) {
    // All lanes are held, or none: to begin anew with one context is to begin anew with all.
    const bool holding = stop_ == Stop::not_asked && !contexts_.empty();
    if (!taken(call, holding ? std::vector{ops::ActorAction::restart} : std::vector<ops::ActorAction>{})) return;
    const std::string cause = cause_of(*call.order);
    setting_.registry->restarted(root_, cause);
    return lost({parts_.routes.front()->context, cause, term_, false});
  }
  const auto route = std::ranges::find(parts_.routes, call.context, &ContextRoute::context);
  if (route == parts_.routes.end()) {
    if (!desk_) return refuse_unknown_node(call);
    return caf::anon_send(desk_, msg::Operator(std::move(call)));
  }
  if (contexts_.empty()) return refuse_unknown_node(call);
  caf::anon_send(contexts_[static_cast<std::size_t>(route - parts_.routes.begin())], msg::Operator(std::move(call)));
}

void Guardian::asked_of_owner(OperatorCall call) {
  std::vector<ops::ActorAction> possible;
  if (owner_ && stop_ == Stop::not_asked) possible = {ops::ActorAction::restart, ops::ActorAction::crash};
  if (taken(call, std::move(possible))) caf::anon_send(owner_, msg::Break{cause_of(*call.order)});
}

// -- stopping ---------------------------------------------------------------------------------------------------------

void Guardian::stop() {
  if (stop_ != Stop::not_asked) return;
  enter(Stop::resting, setting_.options.drain_calls + setting_.options.drain_snapshots);
  for (const auto& context : contexts_) caf::anon_send(context, msg::ContextRest{});
  if (awaited_ == 0) go_on_stopping();
}

void Guardian::enter(Stop stage, std::chrono::milliseconds limit) {
  stop_ = stage;
  awaited_ = contexts_.size();
  delayed_send(this, limit, msg::TimeOver{static_cast<int>(stage)});
}

void Guardian::go_on_stopping() {
  if (stop_ == Stop::resting) {
    enter(Stop::services, setting_.options.drain_services);
    for (const auto& context : contexts_) caf::anon_send(context, msg::StopServices{});
    if (awaited_ > 0) return;
  }
  end_contexts();
  enter(Stop::giving_up, giving_up_takes);
  if (!owner_) return finish(false);
  caf::anon_send(owner_, msg::GiveUp{});
}

void Guardian::time_over(int stage) {
  if (stage != static_cast<int>(stop_) || stop_ == Stop::done) return;
  log::warn("guardian", "a stage of the stop took too long", {{"stage", stage}});
  if (stop_ == Stop::resting) all_rested_ = false;
  if (stop_ == Stop::giving_up) return finish(false);
  go_on_stopping();
}

void Guardian::finish(bool lanes_given_back) {
  if (stop_ != Stop::giving_up) return;
  stop_ = Stop::done;
  parts_.status->settle(lanes_given_back && all_rested_);
  parts_.status->change({Stage::stopped, {}, {}});
  quit(caf::exit_reason::user_shutdown);
}

}  // namespace keel::actors
