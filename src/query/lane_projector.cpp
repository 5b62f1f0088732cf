#include "query/lane_projector.hpp"

#include <iterator>
#include <utility>

#include "ops/log.hpp"
#include "query/event_trace.hpp"

namespace keel::query {
namespace {

using journal::RecordedEvent;

RecordedEvent recorded(const kafka::EventMessage& message) {
  RecordedEvent event;
  event.lane = message.lane;
  event.position = message.position;
  event.aggregate = {std::string(message.aggregate_type), std::string(message.aggregate_id)};
  event.version = message.version;
  event.type = message.type;
  event.payload = message.payload;
  event.metadata = metadata_of(message);
  event.recorded_at = message.recorded_at;
  return event;
}

}  // namespace

std::string parking_reason(std::string_view what) {
  std::string text(what.substr(0, 500));
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

std::string_view name_of(LaneState state) {
  switch (state) {
    case LaneState::following:
      return "following";
    case LaneState::healing:
      return "healing";
    case LaneState::pausing:
      return "pausing";
    case LaneState::stopped:
      return "stopped";
  }
  return "unknown";
}

LaneProjector::LaneProjector(const Projection& projection, LanePlace place, LaneRules rules, ProjectionMetrics metrics,
                             Timestamp now)
    : cursor_(projection, std::move(place), metrics, now), rules_(rules), head_(position()), last_taken_(now) {}

void LaneProjector::receive(const kafka::EventMessage& message, Timestamp now) {
  if (stopped_ || stale_) return;
  if (message.incarnation != checkpoint().incarnation) return cursor_.metrics().foreign.add();
  head_ = std::max(head_, message.position);
  if (healing_) return;
  if (message.position < next()) return cursor_.metrics().repeated.add();
  if (message.position > next()) {
    cursor_.metrics().holes.add();
    healing_ = true;
    return;
  }
  pending_.push_back(recorded(message));
  pending_is_journals_ = false;
  last_taken_ = now;
}

void LaneProjector::head_seen(Position head, bool alone, Timestamp now) {
  head_ = head;
  const bool behind = position() < head;
  const bool silent = pending_.empty() && now - last_taken_ >= rules_.silence;
  if (behind && (alone || silent)) healing_ = true;
}

void LaneProjector::revision_seen(std::int64_t revision) {
  if (revision != checkpoint().revision) stale_ = true;
}

bool LaneProjector::has_work(Timestamp now) const {
  if (stopped_ || (pause_until_ && now < *pause_until_)) return false;
  return stale_ || healing_ || !pending_.empty();
}

LaneState LaneProjector::state(Timestamp now) const {
  if (stopped_) return LaneState::stopped;
  if (pause_until_ && now < *pause_until_) return LaneState::pausing;
  return healing_ ? LaneState::healing : LaneState::following;
}

void LaneProjector::work(ProjectionStore& store, journal::Journal& journal, Timestamp now) {
  if (gather(store, journal, now)) apply_alone(store, now);
}

void LaneProjector::work_together(std::span<LaneProjector* const> lanes, ProjectionStore& store,
                                  journal::Journal& journal, Timestamp now) {
  std::vector<LaneProjector*> ready;
  for (auto* lane : lanes) {
    if (lane->gather(store, journal, now)) ready.push_back(lane);
  }
  if (ready.size() > 1 && apply_together(ready, store)) return;
  for (auto* lane : ready) lane->apply_alone(store, now);
}

/// False: nothing to take in.
bool LaneProjector::gather(ProjectionStore& store, journal::Journal& journal, Timestamp now) {
  if (!has_work(now)) return false;
  if (stale_ && !reload(store, now)) return false;
  if (healing_ && !read_on(journal, now)) return false;
  return !pending_.empty();
}

/// False: by itself, each lane will find out what is wrong with it.
bool LaneProjector::apply_together(std::span<LaneProjector* const> lanes, ProjectionStore& store) {
  std::vector<LaneIntake> intakes;
  for (auto* lane : lanes) intakes.push_back({&lane->cursor_, lane->at_hand()});
  if (take_in(store, intakes).outcome != StepOutcome::done) return false;
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i]->applied(intakes[i].events.size());
  return true;
}

void LaneProjector::apply_alone(ProjectionStore& store, Timestamp now) {
  const auto count = at_hand().size();
  const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<RecordedEvent> batch(std::make_move_iterator(pending_.begin()), std::make_move_iterator(end));
  pending_.erase(pending_.begin(), end);
  if (apply(store, batch, now) == StepOutcome::done) applied(0);
}

/// The lane is well, and this many of the pending events are behind it.
void LaneProjector::applied(std::size_t events) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(events));
  pause_until_.reset();
  pause_ = {};
  reason_.clear();
}

/// Reads the truth after a fault or a lost race: what was on its way may be there or not.
bool LaneProjector::reload(ProjectionStore& store, Timestamp now) {
  const auto& place = cursor_.place();
  const auto& projection = cursor_.projection().name;
  const Lane mine[] = {lane()};
  const auto stored =
      store.checkpoints(projection, place.generation, place.context, mine, place.checkpoint.incarnation);
  if (!stored) return pause(stored.fault().what, now), false;
  const auto parked = store.parked(projection, place.generation, place.context);
  if (!parked) return pause(parked.fault().what, now), false;
  if (stored->front().incarnation != place.checkpoint.incarnation) {
    return stop("the checkpoint is of another incarnation of the journal"), false;
  }
  std::unordered_set<AggregateRef> of_this_lane;
  for (const auto& found : *parked) {
    if (found.lane == lane()) of_this_lane.insert(found.aggregate);
  }
  cursor_.go_to(stored->front(), std::move(of_this_lane));
  pending_.clear();
  stale_ = false;
  healing_ = true;
  return true;
}

bool LaneProjector::read_on(journal::Journal& journal, Timestamp now) {
  if (pending_.size() >= rules_.batch) return true;
  const auto limit = rules_.batch - pending_.size();
  auto events = journal.read(context(), lane(), Position{next().value - 1}, limit);
  if (!events) return pause(events.fault().what, now), false;
  healing_ = events->size() == limit;
  if (pending_.empty()) pending_is_journals_ = true;
  cursor_.metrics().healed.add(events->size());
  for (auto& event : *events) {
    head_ = std::max(head_, event.position);
    pending_.push_back(std::move(event));
  }
  return true;
}

/// Poison is found by halving: the events before it are kept, it alone is parked, and what follows goes on.
StepOutcome LaneProjector::apply(ProjectionStore& store, Events events, Timestamp now) {
  const LaneIntake intake{&cursor_, events};
  const auto step = take_in(store, {&intake, 1});
  if (step.outcome == StepOutcome::done) return step.outcome;
  if (step.outcome != StepOutcome::poison) {
    if (step.outcome == StepOutcome::outrun) cursor_.metrics().outrun.add();
    pause(step.what, now, trace_id_of(events.front()));
    return step.outcome;
  }
  if (events.size() == 1 && pending_is_journals_) return park(store, events.front(), step.what, now);
  if (events.size() == 1) return ask_the_journal();
  const auto middle = events.size() / 2;
  const auto first = apply(store, events.first(middle), now);
  return first == StepOutcome::done ? apply(store, events.subspan(middle), now) : first;
}

StepOutcome LaneProjector::ask_the_journal() {
  pending_.clear();
  healing_ = true;
  return StepOutcome::poison;
}

StepOutcome LaneProjector::park(ProjectionStore& store, const RecordedEvent& event, const std::string& why,
                                Timestamp now) {
  while (!newly_parked_.empty() && now - newly_parked_.front() > rules_.parking_window) newly_parked_.pop_front();
  const auto name = event.aggregate.type + "/" + event.aggregate.id;
  if (newly_parked_.size() >= rules_.max_newly_parked) {
    stop("more than " + std::to_string(rules_.max_newly_parked) +
             " aggregates would be parked within a minute: a bug of the projection, not poison; last was " + name +
             ": " + why,
         trace_id_of(event));
    return StepOutcome::poison;
  }
  const auto result = cursor_.park(store, event, parking_reason(why));
  if (result.outcome != StepOutcome::done) {
    pause(result.what, now, trace_id_of(event));
    return result.outcome;
  }
  newly_parked_.push_back(now);
  log::error("projector", "parked an event that cannot be folded; its aggregate's later events will be parked too",
             {{"projection", cursor_.projection().name},
              {"context", context()},
              {"lane", lane().value},
              {"position", event.position.value},
              {"aggregate", name},
              {"why", why},
              {"trace_id", trace_id_of(event)}});
  return StepOutcome::done;
}

void LaneProjector::pause(std::string why, Timestamp now, std::string_view trace_id) {
  pause_ = pause_.count() == 0 ? rules_.first_pause : std::min(pause_ * 2, rules_.last_pause);
  pause_until_ = now + pause_;
  stale_ = true;
  cursor_.metrics().retries.add();
  reason_ = std::move(why);
  log::warn("projector", "a lane pauses after a fault",
            {{"projection", cursor_.projection().name},
             {"context", context()},
             {"lane", lane().value},
             {"pause_ms", pause_.count()},
             {"why", reason_},
             {"trace_id", trace_id}});
}

void LaneProjector::stop(std::string why, std::string_view trace_id) {
  stopped_ = true;
  pending_.clear();
  reason_ = std::move(why);
  log::error("projector", "a lane stopped and waits for a person",
             {{"projection", cursor_.projection().name},
              {"context", context()},
              {"lane", lane().value},
              {"position", position().value},
              {"why", reason_},
              {"trace_id", trace_id}});
}

}  // namespace keel::query
