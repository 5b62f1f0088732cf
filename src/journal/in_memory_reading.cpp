#include "journal/in_memory_journal.hpp"
#include "journal/in_memory_turn.hpp"

namespace keel::journal {
namespace {

using Context = InMemoryState::Context;
using LaneRow = InMemoryState::LaneRow;

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

Result<Diagnosis> InMemoryJournal::diagnose(std::string_view context_name, std::span<const Lane> lanes,
                                            std::span<const ReceiptKey> ids, std::span<const AggregateRef> aggregates) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
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
  const InMemoryTurn turn(state, session_);
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
  const InMemoryTurn turn(state, session_);
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
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  return events_after(known_or_empty(state, context_name), aggregate, after, limit);
}

Result<std::vector<Position>> InMemoryJournal::heads(std::string_view context_name) {
  InMemoryState& state = *store_->state_;
  const InMemoryTurn turn(state, session_);
  if (turn.fault) return *turn.fault;
  const Context* context = state.find(context_name);
  if (context == nullptr) return InMemoryTurn::no_such_context(context_name);
  return of_each_lane(*context, [](const LaneRow& lane) { return lane.head(); });
}

}  // namespace keel::journal
