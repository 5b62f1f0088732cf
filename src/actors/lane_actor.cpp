#include "actors/lane_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "actors/aggregate_actor.hpp"
#include "actors/exceptions.hpp"
#include "journal/incarnation.hpp"

namespace keel::actors {
namespace {

using State = Slot::State;

std::size_t share_of(std::size_t cap, std::int32_t lanes) {
  const auto count = static_cast<std::size_t>(lanes);
  return std::max<std::size_t>(1, (cap + count - 1) / count);
}

std::vector<Uuid> ids_of(const CallQueue& calls) {
  std::vector<Uuid> ids;
  ids.reserve(calls.size());
  for (const PendingCall* call = calls.front(); call != nullptr; call = call->next)
    ids.push_back(call->call.request_id);
  return ids;
}

}  // namespace

LaneActor::LaneActor(caf::actor_config& config, LaneParts parts)
    : caf::event_based_actor(config),
      surroundings_(std::make_shared<LaneSurroundings>(LaneSurroundings{
          parts.surroundings->setting, parts.surroundings->context, parts.surroundings->lane,
          caf::actor_cast<caf::actor>(this), parts.surroundings->writer, parts.surroundings->load_desk})),
      setting_(surroundings_->setting),
      context_(std::move(parts.context)),
      slots_(std::move(parts.slots)),
      group_(std::move(parts.group)),
      cap_(share_of(setting_.options.max_aggregates_per_context, setting_.lane_count)),
      idle_ticks_(static_cast<std::uint32_t>(setting_.options.passivate_after / setting_.options.lane_tick)) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    succeeded_ = true;
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
}

caf::behavior LaneActor::make_behavior() {
  take_over_slots();
  delayed_send(this, setting_.options.lane_tick, msg::Tick{});
  return {
      [this](msg::Call& call) { take(std::move(*call)); },
      [this](msg::Loaded& life) { loaded(std::move(*life)); },
      [this](const msg::Rested& rested) {
        if (Slot* slot = slots_->find(rested.life)) close(*slot);
      },
      [this](const msg::StillBusy& busy) { still_busy(busy.life); },
      [this](const msg::Ended& ended) {
        if (Slot* slot = slots_->find(ended.life)) close(*slot);
      },
      [this](const msg::Crashed& crash) { crashed(crash); },
      [this](const msg::Closed& by_writer) { closed(by_writer.life); },
      [this](const msg::Again& pause_over) { again(pause_over.life); },
      [this](msg::Tick) { tick(); },
      [this](msg::Distrust) { distrust(); },
      [this](msg::LaneRest) { rest(); },
      [this](msg::Operator& call) { asked(std::move(*call)); },
      [this](msg::StepDown) { step_down(); },
      [](const msg::Break& order) { break_down(order.cause); },
  };
}

/// Its aggregates go with it. Calls that wait stay for a successor; without one the lanes were given up.
void LaneActor::on_exit() {
  for (Slot* slot : slots_of(*slots_)) {
    if (slot->actor) send_exit(slot->actor, caf::exit_reason::user_shutdown);
    if (!succeeded_) answer_waiting(*slot, Trouble::not_owner);
  }
  surroundings_.reset();
  context_ = nullptr;
}

/// After a crash of this lane: whoever lived is closed, whoever was loading or pausing begins again.
void LaneActor::take_over_slots() {
  for (Slot* slot : slots_of(*slots_)) {
    if (slot->extra != nullptr) special_.insert(slot);
    switch (slot->state) {
      case State::live:
      case State::asked:
      case State::closing:
        close(*slot);
        break;
      case State::loading:
      case State::pausing:
        load(*slot);
        break;
      case State::quarantined:
      case State::lifted:
        break;
    }
  }
}

// -- calls ----------------------------------------------------------------------------------------------------------

void LaneActor::take(std::unique_ptr<PendingCall> call) {
  group_->came();
  if (resting_) return call->answer(Trouble::stopping);
  Slot* slot = slots_->find(call->hash, call->call.kind, call->call.aggregate_id);
  if (slot == nullptr) {
    slot = &slots_->add(*call->call.kind, call->call.aggregate_id, call->hash);
    wait(*slot, std::move(call));
    return load(*slot);
  }
  switch (slot->state) {
    case State::live:
      slot->used_at = now_;
      slots_->use(*slot);
      return caf::anon_send(slot->actor, msg::Call(std::move(call)));
    case State::quarantined:
      return call->answer(Trouble::quarantined);
    case State::lifted:
      wait(*slot, std::move(call));
      return load(*slot);
    case State::loading:
    case State::asked:
    case State::closing:
    case State::pausing:
      return wait(*slot, std::move(call));
  }
}

void LaneActor::wait(Slot& slot, std::unique_ptr<PendingCall> call) {
  auto& waiting = with_extra(slot).waiting;
  if (waiting.size() >= setting_.options.limits.per_aggregate) return call->answer(Trouble::overloaded);
  waiting.push_back(std::move(call));
}

void LaneActor::send_waiting(Slot& slot) {
  if (!slot.has_waiting()) return;
  auto& waiting = slot.extra->waiting;
  while (!waiting.empty()) caf::anon_send(slot.actor, msg::Call(waiting.pop_front()));
  slot.used_at = now_;
  slots_->use(slot);
  if (!slot.extra->shown) drop_extra(slot);
}

void LaneActor::answer_waiting(Slot& slot, Trouble trouble) {
  if (slot.extra == nullptr) return;
  while (!slot.extra->waiting.empty()) slot.extra->waiting.pop_front()->answer(trouble);
}

// -- a life begins --------------------------------------------------------------------------------------------------

void LaneActor::load(Slot& slot) {
  slot.state = State::loading;
  slot.incarnation = journal::next_incarnation();
  caf::anon_send(surroundings_->load_desk, msg::Load({slot.kind, slot.aggregate(), surroundings_->lane, slot.life(),
                                                      slot.extra ? ids_of(slot.extra->waiting) : std::vector<Uuid>{},
                                                      surroundings_->lane_actor}));
}

void LaneActor::loaded(msg::LoadedLife life) {
  Slot* slot = slots_->find(life.life);
  if (slot == nullptr || slot->state != State::loading) return;
  if (resting_) return drop(*slot);
  if (auto* restored = std::get_if<Restored>(&life.result)) {
    return bring_to_life(*slot, std::move(*restored), life.request_ids);
  }
  if (const auto* unreadable = std::get_if<Unreadable>(&life.result)) {
    with_extra(*slot).broken_by = unreadable->broken_by;
    return quarantine(*slot, unreadable->cause);
  }
  load_again_later(*slot);
}

void LaneActor::bring_to_life(Slot& slot, Restored restored, const std::vector<Uuid>& looked_up) {
  const auto receipts = std::move(restored.receipts);
  slot.actor = spawn<AggregateActor>(surroundings_, *slot.kind, slot.id, slot.life(), std::move(restored));
  slot.state = State::live;
  slot.used_at = now_;
  slots_->use(slot);
  group_->activated();
  auto& extra = with_extra(slot);
  const bool crashed = std::exchange(extra.crashed, false);
  if (std::exchange(extra.left, false) || crashed) {
    setting_.registry->aggregate_restarted(group_->node(), shown_name(slot));
  }
  if (std::exchange(extra.lifted, false)) {
    extra.shown = false;
    setting_.registry->aggregate_recovered(group_->node(), shown_name(slot));
  }
  for (PendingCall* call = extra.waiting.front(); call != nullptr; call = call->next) {
    const Uuid& id = call->call.request_id;
    call->looked_up = std::find(looked_up.begin(), looked_up.end(), id) != looked_up.end();
    const auto receipt =
        std::find_if(receipts.begin(), receipts.end(), [&](const auto& r) { return r.request_id == id; });
    if (receipt != receipts.end()) call->receipt = std::make_unique<journal::Receipt>(*receipt);
  }
  send_waiting(slot);
  ask_surplus();
}

void LaneActor::quarantine(Slot& slot, std::string_view cause) {
  slot.state = State::quarantined;
  with_extra(slot).shown = true;
  slot.extra->lifted = false;
  setting_.registry->aggregate_quarantined(group_->node(), shown_name(slot), cause);
  answer_waiting(slot, Trouble::quarantined);
}

void LaneActor::load_again_later(Slot& slot) {
  auto& extra = with_extra(slot);
  pause(slot, extra.failed_loads.died(setting_.options.loads, RestartHistory::Clock::now(), random_fraction()));
}

/// Only crashes are told: when the journal is away, loads fail by the thousand.
void LaneActor::back_off(Slot& slot) {
  setting_.registry->aggregate_backing_off(group_->node(), shown_name(slot), slot.extra->pause);
  pause(slot, slot.extra->pause);
}

void LaneActor::pause(Slot& slot, std::chrono::milliseconds length) {
  slot.state = State::pausing;
  delayed_send(this, length, msg::Again{slot.life()});
}

void LaneActor::again(LifeId life) {
  Slot* slot = slots_->find(life);
  if (slot == nullptr || slot->state != State::pausing) return;
  if (resting_) return drop(*slot);
  if (slot->has_waiting() || slot->extra->crashed) return load(*slot);
  if (!slot->extra->lifted) return drop(*slot);
  slot->state = State::lifted;
}

// -- and ends ---------------------------------------------------------------------------------------------------------

void LaneActor::close(Slot& slot) {
  if (slot.state == State::live || slot.state == State::asked) group_->passivated();
  slot.state = State::closing;
  slots_->forget_use(slot);
  caf::anon_send(surroundings_->writer, msg::Close{slot.aggregate(), slot.life(), surroundings_->lane_actor});
}

void LaneActor::closed(LifeId life) {
  Slot* slot = slots_->find(life);
  if (slot == nullptr || slot->state != State::closing) return;
  if (slot->actor) send_exit(slot->actor, caf::exit_reason::user_shutdown);
  slot->actor = nullptr;
  if (resting_) return drop(*slot);
  if (slot->extra != nullptr && slot->extra->crashed) {
    if (slot->extra->deaths.exhausted(setting_.options.aggregates)) return quarantine(*slot, slot->extra->cause);
    return back_off(*slot);
  }
  if (slot->extra != nullptr && !slot->extra->leaving.empty()) say_left(*slot);
  if (slot->has_waiting()) return load(*slot);
  drop(*slot);
}

void LaneActor::crashed(const msg::Crashed& crash) {
  Slot* slot = slots_->find(crash.life);
  if (slot == nullptr) return;
  auto& extra = with_extra(*slot);
  extra.crashed = extra.shown = true;
  extra.leaving.clear();
  extra.cause = crash.cause;
  extra.broken_by = crash.broken_by;
  extra.pause = extra.deaths.died(setting_.options.aggregates, RestartHistory::Clock::now(), random_fraction());
  setting_.registry->aggregate_crashed(group_->node(), shown_name(*slot), crash.cause);
  if (slot->state != State::closing) close(*slot);
}

void LaneActor::distrust() {
  for (Slot* slot : slots_of(*slots_)) {
    if (slot->state == State::live || slot->state == State::asked) close(*slot);
    if (slot->state == State::loading) load(*slot);
  }
}

void LaneActor::drop(Slot& slot) {
  answer_waiting(slot, Trouble::stopping);
  if (slot.extra != nullptr && slot.extra->shown) {
    setting_.registry->aggregate_recovered(group_->node(), shown_name(slot));
  }
  drop_extra(slot);
  slots_->erase(slot);
  say_rested_if_so();
}

Slot::Extra& LaneActor::with_extra(Slot& slot) {
  if (slot.extra == nullptr) {
    slot.extra = std::make_unique<Slot::Extra>();
    special_.insert(&slot);
  }
  return *slot.extra;
}

void LaneActor::drop_extra(Slot& slot) {
  if (slot.extra == nullptr) return;
  slot.extra.reset();
  special_.erase(&slot);
}

std::string LaneActor::shown_name(const Slot& slot) const { return std::string(slot.kind->type) + ' ' + slot.id; }

}  // namespace keel::actors
