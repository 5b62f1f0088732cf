#include "actors/reacting_lane.hpp"

#include <stdexcept>
#include <utility>

#include "actors/derived_id.hpp"
#include "keel/type/v1/event_metadata.pb.h"

namespace keel::actors {
namespace {

std::string traceparent_of(const journal::RecordedEvent& event) {
  type::v1::EventMetadata metadata;
  if (!metadata.ParseFromString(event.metadata)) return {};
  return std::move(*metadata.mutable_traceparent());
}

domain::Answered as_domain_sees(const Answer& answer) {
  if (const auto* refusal = std::get_if<domain::Refusal>(&answer)) return {false, refusal->reason, refusal->message};
  if (std::holds_alternative<VersionConflict>(answer)) return {false, "VERSION_CONFLICT", "another version"};
  return {};
}

/// Of the first message as the reactor says, so that the ids stay those from before the event had an upcaster.
std::string step_of(const std::string& step, std::size_t message) {
  return message == 1 ? step : step + "#" + std::to_string(message);
}

}  // namespace

ReactingLane::ReactingLane(std::string context, Lane lane, Position done, std::size_t window,
                           const domain::Reactor& reactor, const MessageDirectory& directory, CommandCourier& courier)
    : context_(std::move(context)),
      lane_(lane),
      window_(window),
      reactor_(reactor),
      directory_(directory),
      courier_(courier),
      admitted_(done),
      done_(done),
      shown_(done),
      stored_(done) {}

std::size_t ReactingLane::room() const {
  return stopped_ || entries_.size() >= window_ ? 0 : window_ - entries_.size();
}

void ReactingLane::admit(journal::StoredEvent event) {
  if (event->position != admitted_.next()) throw std::logic_error("a reactor was handed an event out of order");
  admitted_ = event->position;
  Entry& entry = entries_.emplace_back();
  entry.traceparent = traceparent_of(*event);
  entry.event = std::move(event);
  if (stopped_) return;
  const auto [turn, first] = busy_.try_emplace(entry.event->aggregate);
  if (first) return begin(entry);
  turn->second.push_back(&entry);
}

void ReactingLane::begin(Entry& entry) {
  auto messages = directory_.decode_event(entry.event->type, entry.event->payload);
  if (!messages) return stop(entry, messages.fault().what);
  entry.messages = *std::move(messages);
  react(entry);
}

void ReactingLane::react(Entry& entry) {
  const auto& event = *entry.event;
  const auto& message = *entry.messages[entry.reacted++];
  entry.open_sends = 1;  // the reaction itself: an answer cannot finish what is still being told
  follow(entry,
         reactor_.react({context_, lane_, event.position, event.aggregate, event.version, event.recorded_at, message}));
  if (--entry.open_sends == 0) finish(entry);
}

void ReactingLane::follow(Entry& entry, domain::Reaction reaction) {
  for (auto& timer : reaction.timers) entry.timers.push_back(std::move(timer));
  for (auto& key : reaction.cancelled_timers) entry.cancelled.push_back(std::move(key));
  for (auto& send : reaction.sends) {
    ++entry.open_sends;
    const auto id = reaction_request_id(context_, lane_, entry.event->position, step_of(send.step, entry.reacted));
    const auto sent =
        courier_.send(std::move(send.command), id, entry.traceparent,
                      [this, &entry, then = std::move(send.then)](const Answer& a) { answered(entry, then, a); });
    if (!sent) stop(entry, "step " + send.step + ": " + sent.fault().what);
  }
}

void ReactingLane::answered(Entry& entry, const Then& then, const Answer& answer) {
  if (std::holds_alternative<RequestIdReused>(answer)) {
    stop(entry, "the request id of one of its commands was used for another command");
  }
  if (stopped_) return;
  if (then) follow(entry, then(as_domain_sees(answer)));
  if (--entry.open_sends == 0) finish(entry);
}

void ReactingLane::finish(Entry& entry) {
  if (entry.reacted < entry.messages.size()) return react(entry);
  entry.messages.clear();
  entry.done = true;
  const auto turn = busy_.find(entry.event->aggregate);
  if (turn->second.empty()) {
    busy_.erase(turn);
  } else {
    Entry& next = *turn->second.front();
    turn->second.pop_front();
    begin(next);
  }
}

bool ReactingLane::has_progress() {
  collect_done();
  return done_ != stored_;
}

std::optional<ReactionProgress> ReactingLane::progress() {
  if (!has_progress()) return std::nullopt;
  ReactionProgress progress{done_, {}, {}};
  for (const auto& [key, timer] : timers_) {
    if (timer) {
      progress.set.push_back(*timer);
    } else {
      progress.cancelled.push_back(key);
    }
  }
  shown_ = done_;
  return progress;
}

void ReactingLane::stored() {
  stored_ = shown_;
  timers_.clear();
}

void ReactingLane::collect_done() {
  while (!entries_.empty() && entries_.front().done) {
    remember_timers(entries_.front());
    done_ = entries_.front().event->position;
    entries_.pop_front();
  }
}

void ReactingLane::remember_timers(Entry& entry) {
  for (auto& key : entry.cancelled) timers_[std::move(key)] = std::nullopt;
  for (auto& timer : entry.timers) {
    timers_[timer.key] = journal::Timer{lane_, timer.key, timer.due_at, timer.command->GetDescriptor()->full_name(),
                                        timer.command->SerializeAsString()};
  }
}

void ReactingLane::stop(const Entry& entry, const std::string& why) {
  if (stopped_) return;
  stopped_ =
      Fault{.what = std::string(reactor_.name) + " cannot go on with " + entry.event->type + " at " + context_ + "/" +
                    std::to_string(lane_.value) + "/" + std::to_string(entry.event->position.value) + ": " + why};
  stopped_traceparent_ = entry.traceparent;
}

}  // namespace keel::actors
