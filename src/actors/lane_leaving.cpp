#include <caf/send.hpp>

#include <vector>

#include "actors/lane_actor.hpp"

/// How a lane's aggregates leave memory: when idle, when there are too many, and when the lane rests.
namespace keel::actors {

using State = Slot::State;

namespace {

/// Leaving is spread over ticks, so that a lane full of idle aggregates does not stop for them.
constexpr std::size_t leave_per_tick = 1000;

/// Between two loads, or in one after others have failed.
bool waits_for_journal(const Slot& slot) {
  if (slot.state == State::pausing) return true;
  return slot.state == State::loading && slot.extra->failed_loads.any();
}

}  // namespace

void LaneActor::tick() {
  ++now_;
  delayed_send(this, setting_.options.lane_tick, msg::Tick{});
  ask_idle_ones();
  answer_late_ones();
  forget_old_troubles();
}

void LaneActor::ask_to_leave(Slot& slot, bool when_idle) {
  slot.state = State::asked;
  slots_->forget_use(slot);
  caf::anon_send(slot.actor, msg::Rest{when_idle});
}

void LaneActor::ask_idle_ones() {
  for (std::size_t asked = 0; asked < leave_per_tick; ++asked) {
    Slot* slot = slots_->stalest();
    if (slot == nullptr || now_ - slot->used_at < idle_ticks_) return;
    ask_to_leave(*slot);
  }
}

void LaneActor::ask_surplus() {
  while (slots_->in_use_order() > cap_) ask_to_leave(*slots_->stalest());
}

void LaneActor::still_busy(LifeId life) {
  Slot* slot = slots_->find(life);
  if (slot == nullptr || slot->state != State::asked) return;
  if (slot->extra != nullptr && !slot->extra->leaving.empty()) return;
  slot->state = State::live;
  slot->used_at = now_;
  slots_->use(*slot);
  send_waiting(*slot);
}

void LaneActor::answer_late_ones() {
  const Timestamp now = setting_.clock();
  const auto late = [&](const PendingCall& call) { return call.call.deadline <= now; };
  for (Slot* slot : special_) {
    while (auto call = slot->extra->waiting.extract(late)) {
      call->answer(waits_for_journal(*slot) ? Trouble::journal_unavailable : Trouble::late);
    }
  }
}

/// An aggregate that has run for a whole window since its last crash is well again.
void LaneActor::forget_old_troubles() {
  const auto now = RestartHistory::Clock::now();
  std::vector<Slot*> well;
  for (Slot* slot : special_) {
    const bool runs = slot->state == State::live && slot->extra->shown;
    if (runs && slot->extra->deaths.quiet_since(now - setting_.options.aggregates.window)) well.push_back(slot);
  }
  for (Slot* slot : well) {
    setting_.registry->aggregate_recovered(group_->node(), shown_name(*slot));
    drop_extra(*slot);
  }
}

void LaneActor::rest() {
  resting_ = true;
  for (Slot* slot : slots_of(*slots_)) {
    answer_waiting(*slot, Trouble::stopping);
    switch (slot->state) {
      case State::live:
      case State::asked:
        caf::anon_send(slot->actor, msg::Rest{true});
        break;
      case State::loading:
      case State::closing:
        break;
      case State::pausing:
      case State::quarantined:
      case State::lifted:
        drop(*slot);
        break;
    }
  }
  say_rested_if_so();
}

void LaneActor::say_rested_if_so() {
  if (!resting_ || told_rested_ || slots_->size() > 0) return;
  told_rested_ = true;
  caf::anon_send(context_, msg::LaneRested{static_cast<std::size_t>(surroundings_->lane.value)});
}

}  // namespace keel::actors
