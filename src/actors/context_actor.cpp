#include "actors/context_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

#include "actors/exceptions.hpp"
#include "actors/spawning.hpp"
#include "actors/writer_actor.hpp"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

template <class Children>
std::size_t place_of(const Children& children, const caf::actor_addr& address) {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const auto& child) { return child.actor && child.actor == address; });
  return static_cast<std::size_t>(found - children.begin());
}

}  // namespace

ContextActor::ContextActor(caf::actor_config& config, ContextParts parts)
    : caf::event_based_actor(config), parts_(std::move(parts)), setting_(*parts_.setting) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
  set_down_handler([this](const caf::down_msg& down) { child_died(down); });
}

caf::behavior ContextActor::make_behavior() {
  node_ = setting_.registry->started({.parent = parts_.root,
                                      .name = parts_.route->context,
                                      .kind = ops::NodeKind::supervisor,
                                      .strategy = ops::Strategy::one_for_one,
                                      .max_restarts = setting_.options.lanes.max_restarts,
                                      .window = setting_.options.lanes.window});
  start_writer();
  return {
      [this](msg::WriterReady) { open_lanes(); },
      [this](msg::LanesLost& lost) {
        lost.term = parts_.term;
        caf::anon_send(parts_.guardian, std::move(lost));
      },
      [this](const msg::Distrusted& distrusted) {
        log::error("context", "everything in memory is distrusted and loads again",
                   {{"context", parts_.route->context}, {"what", distrusted.why}});
        for (const auto& lane : lanes_) caf::anon_send(lane.actor, msg::Distrust{});
      },
      [this](const msg::Restart& due) { restart(due.child); },
      [this](msg::ContextRest) { rest(); },
      [this](const msg::LaneRested& rested) { lane_rested(rested.lane); },
      [this](msg::StopServices) { stop_services(); },
      [this](msg::Operator& call) { asked(std::move(*call)); },
      [](const msg::Break& order) { break_down(order.cause); },
  };
}

void ContextActor::on_exit() {
  for (auto& door : parts_.route->doors) door.close();
  for (const auto& service : services_) service.control->stop();
  for (const auto& lane : lanes_) {
    if (lane.actor) send_exit(lane.actor, caf::exit_reason::user_shutdown);
  }
  if (writer_.actor) send_exit(writer_.actor, caf::exit_reason::user_shutdown);
  setting_.registry->stopped(node_, ended_);
  setting_.registry->removed(node_);
  writer_.actor = nullptr;
  lanes_.clear();
  services_.clear();
  parts_.guardian = parts_.load_desk = nullptr;
}

// -- starting -------------------------------------------------------------------------------------------------------

void ContextActor::start_writer() {
  writer_.node = setting_.registry->started({.parent = node_, .name = "writer"});
  writer_.actor = spawn_blocking<WriterActor>(
      *this, setting_,
      WriterParts{parts_.route->context, parts_.lanes, parts_.held.find(parts_.route->context)->second, parts_.bells,
                  caf::actor_cast<caf::actor>(this)});
  monitor(writer_.actor);
}

void ContextActor::open_lanes() {
  lanes_.resize(parts_.route->doors.size());
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].node = setting_.registry->started({.parent = node_,
                                                 .name = "lane " + std::to_string(i),
                                                 .kind = ops::NodeKind::supervisor,
                                                 .strategy = ops::Strategy::one_for_one,
                                                 .max_restarts = setting_.options.aggregates.max_restarts,
                                                 .window = setting_.options.aggregates.window});
    lanes_[i].group = setting_.registry->started_group(lanes_[i].node, "aggregates");
    start_lane(i);
  }
  services_.resize(parts_.services.size());
  for (std::size_t i = 0; i < services_.size(); ++i) {
    services_[i].node = setting_.registry->started({.parent = node_, .name = parts_.services[i]->name});
    start_service(i);
  }
  open_ = true;
  caf::anon_send(parts_.guardian, msg::ContextOpen{parts_.term});
  if (resting_) rest();
}

void ContextActor::start_lane(std::size_t lane) {
  auto& child = lanes_[lane];
  const auto surroundings = std::make_shared<const LaneSurroundings>(
      LaneSurroundings{setting_, parts_.route->context, Lane{static_cast<std::int32_t>(lane)}, nullptr, writer_.actor,
                       parts_.load_desk});
  child.actor = spawn<LaneActor>(LaneParts{surroundings, caf::actor_cast<caf::actor>(this), child.slots, child.group});
  monitor(child.actor);
  parts_.route->doors[lane].open(child.actor);
}

void ContextActor::start_service(std::size_t service) {
  auto& child = services_[service];
  child.control = std::make_shared<RunnerControl>();
  child.actor = spawn_blocking<RunnerActor>(
      *this, setting_, RunnerParts{parts_.services[service], parts_.held, parts_.bells, child.control});
  monitor(child.actor);
}

// -- what dies ------------------------------------------------------------------------------------------------------

void ContextActor::child_died(const caf::down_msg& down) {
  if (writer_.actor && writer_.actor == down.source) {
    writer_.actor = nullptr;
    setting_.registry->crashed(writer_.node, text_of(down.reason));
    return escalate("the writer crashed: " + text_of(down.reason));
  }
  if (const auto lane = place_of(lanes_, down.source); lane < lanes_.size()) {
    return lane_died(lane, down.reason);
  }
  if (const auto service = place_of(services_, down.source); service < services_.size()) {
    service_ended(service, down.reason);
  }
}

void ContextActor::lane_died(std::size_t lane, const caf::error& reason) {
  auto& child = lanes_[lane];
  const std::string renewed = std::exchange(child.renewed, {});
  child.actor = nullptr;
  parts_.route->doors[lane].close();
  if (resting_) return lane_rested(lane);
  if (renewed.empty() || reason != caf::exit_reason::user_shutdown) {
    return back_off(child, setting_.options.lanes, lane, text_of(reason));
  }
  start_lane(lane);
  setting_.registry->restarted(child.node, renewed);
}

void ContextActor::service_ended(std::size_t service, const caf::error& reason) {
  auto& child = services_[service];
  child.actor = nullptr;
  const bool on_purpose = reason == caf::exit_reason::user_shutdown;
  const std::string renewed = std::exchange(child.renewed, {});
  if (stopping_services_ || on_purpose) {
    setting_.registry->stopped(child.node, on_purpose ? renewed : text_of(reason));
    if (stopping_services_ || renewed.empty()) return say_services_stopped_if_so();
    start_service(service);
    return setting_.registry->restarted(child.node);
  }
  back_off(child, setting_.options.services, lanes_.size() + service, text_of(reason));
}

void ContextActor::back_off(Child& child, const RestartPolicy& policy, std::size_t number, const std::string& cause) {
  const auto pause = child.deaths.died(policy, RestartHistory::Clock::now(), random_fraction());
  setting_.registry->crashed(child.node, cause);
  if (child.deaths.exhausted(policy)) return escalate("crashed too often: " + cause);
  setting_.registry->backing_off(child.node, pause);
  delayed_send(this, pause, msg::Restart{number});
}

void ContextActor::restart(std::size_t child) {
  if (child < lanes_.size()) {
    start_lane(child);
    setting_.registry->restarted(lanes_[child].node);
    if (resting_) caf::anon_send(lanes_[child].actor, msg::LaneRest{});
    return;
  }
  const std::size_t service = child - lanes_.size();
  if (stopping_services_) return say_services_stopped_if_so();
  start_service(service);
  setting_.registry->restarted(services_[service].node);
}

void ContextActor::escalate(std::string why) {
  setting_.registry->escalated(node_, why);
  caf::anon_send(parts_.guardian, msg::LanesLost{parts_.route->context, std::move(why), parts_.term, true});
}

// -- coming to rest -------------------------------------------------------------------------------------------------

void ContextActor::rest() {
  resting_ = true;
  if (!open_) return;  // the writer is about to say that it is ready
  for (auto& lane : lanes_) {
    lane.rested = !lane.actor;
    if (lane.actor) caf::anon_send(lane.actor, msg::LaneRest{});
  }
  say_rested_if_so();
}

void ContextActor::lane_rested(std::size_t lane) {
  lanes_[lane].rested = true;
  say_rested_if_so();
}

void ContextActor::say_rested_if_so() {
  const bool all = std::all_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane.rested; });
  if (resting_ && all) caf::anon_send(parts_.guardian, msg::ContextRested{});
}

void ContextActor::stop_services() {
  stopping_services_ = true;
  for (const auto& service : services_) service.control->stop();
  say_services_stopped_if_so();
}

void ContextActor::say_services_stopped_if_so() {
  const bool all = std::none_of(services_.begin(), services_.end(), [](const auto& s) { return bool(s.actor); });
  if (stopping_services_ && all) caf::anon_send(parts_.guardian, msg::ServicesStopped{});
}

}  // namespace keel::actors
