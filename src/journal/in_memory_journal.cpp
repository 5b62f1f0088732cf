#include "journal/in_memory_journal.hpp"

#include <algorithm>

#include "journal/in_memory_state.hpp"

namespace keel::journal {
namespace {

using Context = InMemoryState::Context;
using LaneRow = InMemoryState::LaneRow;

Fault certain(std::string what) { return {Fault::Outcome::nothing_changed, std::move(what)}; }
Fault no_such_context(std::string_view name) {
  return certain("context '" + std::string(name) + "' has no lanes: run `keel migrate`");
}
/// Reading what is not there finds nothing.
const Context& known_or_empty(InMemoryState& state, std::string_view name) {
  static const Context empty;
  const Context* found = state.find(name);
  return found == nullptr ? empty : *found;
}

Lane lane_at(std::size_t index) { return Lane{static_cast<std::int32_t>(index)}; }

/// The mutex, held, if the session may work; else why not.
struct Turn {
  std::unique_lock<std::mutex> lock;
  std::optional<Fault> fault;
};

Turn take_turn(InMemoryState& state, std::uint64_t session) {
  Turn turn{std::unique_lock(state.mutex), {}};
  if (!state.live_sessions.contains(session)) turn.fault = certain("the session is lost");
  if (turn.fault || state.faults_left == 0) return turn;
  --state.faults_left;
  turn.fault = certain(state.fault_text);
  return turn;
}

template <class Read>
std::vector<Position> of_each_lane(const Context& context, Read read) {
  std::vector<Position> positions;
  positions.reserve(context.lanes.size());
  for (const LaneRow& lane : context.lanes) positions.push_back(read(lane));
  return positions;
}

bool still_held(const Context& context, const HeldLane& held, const Uuid& owner) {
  const LaneRow* lane = context.find(held.lane);
  return lane != nullptr && lane->epoch == held.epoch && lane->owner == owner;
}

Appended lost_session() { return {AppendOutcome::unknown, "the session is lost"}; }

std::vector<RecordedEvent> events_after(const Context& context, const AggregateRef& aggregate, Version after,
                                        std::size_t limit) {
  std::vector<RecordedEvent> events;
  const auto known = context.versions.find(aggregate);
  if (known == context.versions.end()) return events;
  for (auto next = known->second.upper_bound(after); next != known->second.end() && events.size() < limit; ++next) {
    events.push_back(context.event(next->second));
  }
  return events;
}

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
  const Turn turn = take_turn(*store_->state_, session_);
  if (turn.fault) return *turn.fault;
  return store_->state_->identity;
}

Result<Done> InMemoryJournal::beat(const Owner& owner) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  state.owners[owner.id] = {owner.name, session_, state.options.clock()};
  return Done{};
}

Result<TakeOver> InMemoryJournal::take_over(const Owner& owner, std::span<const std::string> contexts, bool forced) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  if (!state.owners.contains(owner.id)) return certain("unknown owner " + owner.id.text() + ": beat first");

  TakeOver result;
  for (const std::string& name : contexts) {
    const Context* context = state.find(name);
    if (context == nullptr) return no_such_context(name);
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
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  if (context == nullptr) return no_such_context(context_name);
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
  const Turn turn = take_turn(state, session_);
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

Result<Diagnosis> InMemoryJournal::diagnose(std::string_view context_name, std::span<const Lane> lanes,
                                            std::span<const ReceiptKey> ids,
                                            std::span<const AggregateRef> aggregates) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context& context = known_or_empty(state, context_name);
  Diagnosis diagnosis;
  for (const Lane lane : lanes) {
    const LaneRow* row = context.find(lane);
    diagnosis.epochs.push_back(row == nullptr ? Epoch{} : row->epoch);
  }
  for (const ReceiptKey& key : ids) {
    const LaneRow* row = context.find(key.lane);
    if (row == nullptr) continue;
    const auto found = row->receipts.find(key.request_id);
    if (found != row->receipts.end()) diagnosis.receipts.push_back(found->second.receipt);
  }
  for (const AggregateRef& aggregate : aggregates) diagnosis.versions.push_back(context.last_version(aggregate));
  return diagnosis;
}

Result<std::vector<Loaded>> InMemoryJournal::load(std::string_view context_name, std::span<const LoadRequest> requests,
                                                  std::size_t max_events) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context& context = known_or_empty(state, context_name);
  std::vector<Loaded> all;
  all.reserve(requests.size());
  for (const LoadRequest& request : requests) {
    Loaded& loaded = all.emplace_back();
    const auto kept = context.snapshots.find(request.aggregate);
    if (request.after == Version{} && kept != context.snapshots.end() &&
        kept->second.incarnation == state.identity.incarnation && kept->second.snapshot.schema == request.schema) {
      loaded.snapshot = kept->second.snapshot;
    }
    const Version after = loaded.snapshot ? loaded.snapshot->version : request.after;
    loaded.events = events_after(context, request.aggregate, after, max_events + 1);
    loaded.more = loaded.events.size() > max_events;
    if (loaded.more) loaded.events.pop_back();
    const LaneRow* lane = context.find(request.lane);
    if (lane == nullptr) continue;
    for (const Uuid& id : request.request_ids) {
      const auto found = lane->receipts.find(id);
      if (found != lane->receipts.end()) loaded.receipts.push_back(found->second.receipt);
    }
  }
  return all;
}

Result<std::vector<RecordedEvent>> InMemoryJournal::read(std::string_view context_name, Lane lane, Position after,
                                                         std::size_t limit) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  std::vector<RecordedEvent> events;
  const LaneRow* row = known_or_empty(state, context_name).find(lane);
  if (row == nullptr) return events;
  for (auto next = static_cast<std::size_t>(after.value); next < row->events.size() && events.size() < limit; ++next) {
    events.push_back(row->events[next]);
  }
  return events;
}

Result<std::vector<RecordedEvent>> InMemoryJournal::read_aggregate(std::string_view context_name,
                                                                   const AggregateRef& aggregate, Version after,
                                                                   std::size_t limit) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  return events_after(known_or_empty(state, context_name), aggregate, after, limit);
}

Result<std::vector<Position>> InMemoryJournal::heads(std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return no_such_context(context_name);
  return of_each_lane(*context, [](const LaneRow& lane) { return lane.head(); });
}

Result<std::vector<Position>> InMemoryJournal::publications(std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return no_such_context(context_name);
  return of_each_lane(*context, [](const LaneRow& lane) { return lane.published; });
}

Result<Done> InMemoryJournal::publish(std::string_view context_name,
                                      std::span<const std::pair<Lane, Position>> positions) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  Context* context = state.find(context_name);
  if (context == nullptr) return no_such_context(context_name);
  for (const auto& [lane, position] : positions) {
    LaneRow& row = context->lane(lane);
    row.published = std::max(row.published, position);
  }
  return Done{};
}

Result<std::vector<Position>> InMemoryJournal::reactions(std::string_view reactor, std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return no_such_context(context_name);
  return of_each_lane(*context, [&](const LaneRow& lane) {
    const auto found = lane.reactions.find(reactor);
    return found == lane.reactions.end() ? Position{} : found->second;
  });
}

Result<bool> InMemoryJournal::react(std::string_view reactor, std::string_view context_name, const HeldLane& lane,
                                    Position position, std::span<const Timer> set,
                                    std::span<const std::string> cancelled) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
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
  const Turn turn = take_turn(state, session_);
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
  const Turn turn = take_turn(state, session_);
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

Result<Done> InMemoryJournal::keep_receipts(std::chrono::hours retention) {
  InMemoryState& state = *store_->state_;
  const Turn turn = take_turn(state, session_);
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
