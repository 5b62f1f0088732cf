#include "replay/aggregate_history.hpp"

#include <exception>
#include <utility>

namespace keel::replay {
namespace {

constexpr std::size_t events_a_read = 500;

ToldEvent::Message told_of(const domain::Message& message) { return {message.GetTypeName(), json_of(message)}; }

}  // namespace

AggregateHistory::AggregateHistory(const domain::AggregateKind& kind, HistoryRange range)
    : kind_(kind), range_(range), state_(kind.empty_state->New()) {}

std::optional<ToldEvent> AggregateHistory::take(journal::RecordedEvent event) {
  over_ = event.version > range_.last || (range_.until && event.recorded_at > *range_.until);
  if (over_) return {};
  ToldEvent told;
  told.stored = std::move(event);
  const bool wanted = told.stored.version >= range_.first;
  std::unique_ptr<domain::Message> before;
  if (wanted && !lost_) {
    before.reset(state_->New());
    before->CopyFrom(*state_);
  }
  lost_ = !remember(told) || lost_;
  over_ = told.stored.version == range_.last;
  if (!wanted) return {};
  describe(told);
  if (lost_) return told;
  told.differences = differences(*before, *state_);
  told.state = json_of(*state_);
  return told;
}

bool AggregateHistory::remember(ToldEvent& told) {
  const auto& stored = told.stored;
  if (lost_) return false;
  try {
    if (kind_.apply(*state_, stored.type, stored.payload)) return true;
    const bool known = kind_.event(stored.type) != nullptr || kind_.old_event(stored.type) != nullptr;
    told.problem = known ? "its bytes do not decode" : "no known event";
  } catch (const std::exception& thrown) {
    told.problem = thrown.what();
  }
  return false;
}

void AggregateHistory::describe(ToldEvent& told) const {
  const auto& stored = told.stored;
  if (const auto message = kind_.decode(stored.type, stored.payload)) told.event = told_of(*message);
  try {
    for (const auto& today : kind_.upcast(stored.type, stored.payload)) told.today.push_back(told_of(*today.message));
  } catch (const std::exception& thrown) {
    told.problem = thrown.what();
  }
}

Result<std::int64_t> tell_history(journal::Journal& journal, const domain::AggregateKind& kind,
                                  const AggregateRef& aggregate, HistoryRange range, const TellEvent& tell) {
  AggregateHistory history(kind, range);
  Version read;
  while (!history.over()) {
    auto events = journal.read_aggregate(kind.context, aggregate, read, events_a_read);
    if (!events) return events.fault();
    for (auto& event : *events) {
      read = event.version;
      if (const auto told = history.take(std::move(event))) tell(*told);
      if (history.over()) break;
    }
    if (events->size() < events_a_read) break;
  }
  return read.value;
}

}  // namespace keel::replay
