#include "journal/in_memory_journal.hpp"

#include <algorithm>

#include "journal/in_memory_turn.hpp"

namespace keel::journal {
namespace {

using Context = InMemoryState::Context;
using LaneRow = InMemoryState::LaneRow;

Lane lane_at(std::size_t index) { return Lane{static_cast<std::int32_t>(index)}; }

bool still_held(const Context& context, const HeldLane& held, const Uuid& owner) {
  const LaneRow* lane = context.find(held.lane);
  return lane != nullptr && lane->epoch == held.epoch && lane->owner == owner;
}

Appended lost_session() { return {AppendOutcome::unknown, "the session is lost"}; }

}  // namespace

InMemoryJournal::InMemoryJournal(std::shared_ptr<InMemoryStore> store) : store_(std::move(store)) {
  const std::lock_guard lock(store_->state_->mutex);
  session_ = ++store_->state_->sessions_made;
  store_->state_->live_sessions.insert(session_);
}

InMemoryJournal::~InMemoryJournal() {
  const std::lock_guard lock(store_->state_->mutex);
  store_->state_->live_sessions.erase(session_);
}

bool InMemoryJournal::usable() const {
  const std::lock_guard lock(store_->state_->mutex);
  return store_->state_->live_sessions.contains(session_);
}

Result<Identity> InMemoryJournal::identity() {
  const InMemoryTurn turn(*store_->state_, session_);
  if (turn.fault) return *turn.fault;
  return store_->state_->identity;
}

Result<std::size_t> InMemoryJournal::beat(const Owner& owner) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  state.owners[owner.id] = {owner.name, session_, state.options.clock()};
  return state.lanes_of(owner.id);
}

Result<TakeOver> InMemoryJournal::take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  if (!state.owners.contains(owner.id))
    return InMemoryTurn::nothing_changed("unknown owner " + owner.id.text() + ": beat first");

  TakeOver result;
  for (const std::string& name : contexts) {
    const Context* context = state.find(name);
    if (context == nullptr) return InMemoryTurn::no_such_context(name);
    for (std::size_t i = 0; i < context->lanes.size(); ++i) {
      const auto& holder = context->lanes[i].owner;
      if (forced || !holder || *holder == owner.id || !state.owner_lives(*holder)) continue;
      result.rivals.push_back({name, lane_at(i), state.owners.at(*holder).name + " (" + holder->text() + ")"});
    }
  }
  if (!result.rivals.empty()) return result;
  for (const std::string& name : contexts) {
    state.finish_stragglers(name);
    Context& context = *state.find(name);
    auto& held = result.held.emplace_back();
    for (std::size_t i = 0; i < context.lanes.size(); ++i) {
      LaneRow& lane = context.lanes[i];
      lane.owner = owner.id;
      lane.epoch = lane.epoch.next();
      held.push_back(lane.held(lane_at(i)));
    }
  }
  return result;
}

Result<std::vector<HeldLane>> InMemoryJournal::retake(const Owner& owner, std::string_view context_name,
                                                      std::span<const HeldLane> lanes) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  if (context == nullptr) return InMemoryTurn::no_such_context(context_name);
  state.finish_stragglers(context_name);
  std::vector<HeldLane> held;
  if (!std::ranges::all_of(lanes, [&](const HeldLane& lane) { return still_held(*context, lane, owner.id); })) {
    return held;
  }
  for (const HeldLane& lane : lanes) {
    LaneRow& row = context->lane(lane.lane);
    row.epoch = row.epoch.next();
    held.push_back(row.held(lane.lane));
  }
  return held;
}

Result<Done> InMemoryJournal::give_up(const Owner& owner) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  for (auto& [name, context] : state.contexts) {
    for (LaneRow& lane : context.lanes) {
      if (lane.owner == owner.id) lane.owner.reset();
    }
  }
  state.owners.erase(owner.id);
  return Done{};
}

Appended InMemoryJournal::append(const Batch& batch) {
  InMemoryState& state = *store_->state_;
  std::unique_lock lock(state.mutex);
  if (!state.live_sessions.contains(session_)) return lost_session();
  ++state.waiting;
  state.changed.notify_all();
  state.changed.wait(lock, [&] { return !state.paused; });
  --state.waiting;
  if (!state.live_sessions.contains(session_)) return lost_session();
  ++state.appends;
  state.finish_stragglers(batch.context);
  if (state.fates.empty()) return state.store(batch);

  const InMemoryState::Fate fate = state.fates.front();
  state.fates.pop_front();
  if (fate.outcome != AppendOutcome::unknown) {
    return fate.outcome == AppendOutcome::stored ? state.store(batch) : Appended{fate.outcome, "injected"};
  }
  state.live_sessions.erase(session_);
  if (fate.lost == InMemoryStore::Lost::stored) (void)state.store(batch);
  if (fate.lost == InMemoryStore::Lost::stored_later) state.keep_running(batch);
  return {AppendOutcome::unknown, "injected: the answer was lost"};
}

Result<Done> InMemoryJournal::keep_receipts(std::chrono::hours retention) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Timestamp oldest = state.options.clock() - retention;
  for (auto& [name, context] : state.contexts) {
    for (LaneRow& lane : context.lanes) {
      std::erase_if(lane.receipts, [&](const auto& row) { return row.second.recorded_at < oldest; });
    }
  }
  return Done{};
}

}  // namespace keel::journal
