#include "support/history.hpp"

#include <stdexcept>
#include <utility>

#include "keel/type/v1/event_metadata.pb.h"

namespace keel::test {
namespace {

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

}  // namespace

History::History(std::unique_ptr<journal::Journal> session, std::vector<std::string> contexts)
    : session_(std::move(session)),
      identity_(required(session_->identity())),
      owner_{make_uuid_v7(system_now()), "history"} {
  required(session_->beat(owner_));
  const auto taken = required(session_->take_over(owner_, contexts, true));
  for (std::size_t i = 0; i < contexts.size(); ++i) held_[contexts[i]] = taken.held.at(i);
}

Token History::does(const domain::AggregateKind& kind, const std::string& id, const domain::Message& command) {
  auto& known = known_[{std::string(kind.type), id}];
  if (!known.state) known.state.reset(kind.empty_state->New());
  const auto* rule = kind.command(command.GetDescriptor());
  if (rule == nullptr) throw std::runtime_error("no such command: " + command.GetTypeName());
  auto decision = rule->decide(*known.state, command, {system_now(), make_uuid_v7(system_now())});
  if (!decision.accepted()) throw std::runtime_error("refused: " + decision.refusal().reason);
  std::vector<journal::NewEvent> events;
  for (const auto& event : decision.acceptance().events) {
    kind.event(event->GetDescriptor())->evolve(*known.state, *event);
    events.push_back({event->GetTypeName(), event->SerializeAsString()});
  }
  return store(kind, id, std::move(events));
}

Token History::happens(const domain::AggregateKind& kind, const std::string& id, std::string type,
                       std::string payload) {
  return store(kind, id, {{std::move(type), std::move(payload)}});
}

Token History::store(const domain::AggregateKind& kind, const std::string& id, std::vector<journal::NewEvent> events) {
  const std::string context(kind.context);
  auto& known = known_[{std::string(kind.type), id}];
  journal::Entry entry;
  entry.lane = lane_of(kind.type, id, identity_.lane_count);
  entry.aggregate = {std::string(kind.type), id};
  entry.expected = known.version;
  entry.events = std::move(events);
  entry.metadata = metadata_;
  auto& held = held_.at(context).at(static_cast<std::size_t>(entry.lane.value));
  const journal::Entry* const entries[] = {&entry};
  if (entry.events.empty()) return Token{identity_.incarnation, context, entry.lane, held.last};
  const auto appended = session_->append({context, std::span(&held, 1), entries});
  if (appended.outcome != journal::AppendOutcome::stored) throw std::runtime_error(appended.what);
  known.version = entry.version_after();
  held.last = held.last.plus(static_cast<std::int64_t>(entry.events.size()));
  return Token{identity_.incarnation, context, entry.lane, held.last};
}

void History::trace(const std::string& traceparent) {
  type::v1::EventMetadata metadata;
  metadata.set_traceparent(traceparent);
  metadata_ = metadata.SerializeAsString();
}

std::vector<journal::RecordedEvent> History::events(const std::string& context, Lane lane, Position after) const {
  return required(session_->read(context, lane, after, 1'000'000));
}

const domain::Message* History::state(const AggregateRef& aggregate) const {
  const auto found = known_.find(aggregate);
  return found == known_.end() ? nullptr : found->second.state.get();
}

kafka::EventMessage message_of(std::string_view context, const Uuid& incarnation, const journal::RecordedEvent& event) {
  kafka::EventMessage message;
  message.context = context;
  message.lane = event.lane;
  message.position = event.position;
  message.incarnation = incarnation;
  message.aggregate_type = event.aggregate.type;
  message.aggregate_id = event.aggregate.id;
  message.version = event.version;
  message.type = event.type;
  message.payload = event.payload;
  message.recorded_at = event.recorded_at;
  return message;
}

}  // namespace keel::test
