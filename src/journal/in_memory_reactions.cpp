#include <algorithm>

#include "journal/in_memory_journal.hpp"
#include "journal/in_memory_turn.hpp"

namespace keel::journal {
namespace {

using Context = InMemoryState::Context;
using LaneRow = InMemoryState::LaneRow;

}  // namespace

Result<std::vector<Position>> InMemoryJournal::publications(std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return InMemoryTurn::no_such_context(context_name);
  return of_each_lane(*context, [](const LaneRow& lane) { return lane.published; });
}

Result<Done> InMemoryJournal::publish(std::string_view context_name,
                                      std::span<const std::pair<Lane, Position>> positions) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  if (context == nullptr) return InMemoryTurn::no_such_context(context_name);
  for (const auto& [lane, position] : positions) {
    LaneRow& row = context->lane(lane);
    row.published = std::max(row.published, position);
  }
  return Done{};
}

Result<std::vector<Position>> InMemoryJournal::reactions(std::string_view reactor, std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return InMemoryTurn::no_such_context(context_name);
  return of_each_lane(*context, [&](const LaneRow& lane) {
    const auto found = lane.reactions.find(reactor);
    return found == lane.reactions.end() ? Position{} : found->second;
  });
}

Result<bool> InMemoryJournal::react(std::string_view reactor, std::string_view context_name, const HeldLane& lane,
                                    Position position, std::span<const Timer> set,
                                    std::span<const std::string> cancelled) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  const LaneRow* held = context == nullptr ? nullptr : context->find(lane.lane);
  if (held == nullptr || held->epoch != lane.epoch) return false;
  LaneRow& row = context->lane(lane.lane);
  Position& place = row.reactions.try_emplace(std::string(reactor)).first->second;
  place = std::max(place, position);
  for (const std::string& key : cancelled) row.timers.erase(key);
  for (const Timer& timer : set) row.timers[timer.key] = timer;
  return true;
}

Result<std::vector<Timer>> InMemoryJournal::due_timers(std::string_view context_name, std::size_t limit) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  std::vector<Timer> due;
  const Timestamp now = state.options.clock();
  for (const LaneRow& lane : known_or_empty(state, context_name).lanes) {
    for (const auto& [key, timer] : lane.timers) {
      if (timer.due_at <= now) due.push_back(timer);
    }
  }
  std::ranges::stable_sort(due, {}, &Timer::due_at);
  if (due.size() > limit) due.resize(limit);
  return due;
}

Result<bool> InMemoryJournal::settle_timer(std::string_view context_name, const HeldLane& lane, const Timer& timer,
                                           std::optional<Timestamp> put_off_to) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  const LaneRow* held = context == nullptr ? nullptr : context->find(lane.lane);
  if (held == nullptr || held->epoch != lane.epoch) return false;
  auto& timers = context->lane(lane.lane).timers;
  const auto found = timers.find(timer.key);
  if (found == timers.end() || found->second.due_at != timer.due_at) return true;
  if (put_off_to) {
    found->second.due_at = *put_off_to;
  } else {
    timers.erase(found);
  }
  return true;
}

}  // namespace keel::journal
