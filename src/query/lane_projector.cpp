#include "query/lane_projector.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/crash_point.hpp"
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

double seconds_between(Timestamp from, Timestamp to) { return std::chrono::duration<double>(to - from).count(); }

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

LaneProjector::LaneProjector(const Projection& projection, Place place, LaneRules rules, ProjectionMetrics metrics,
                             Timestamp now)
    : projection_(projection),
      place_(std::move(place)),
      rules_(rules),
      metrics_(metrics),
      head_(place_.checkpoint.position),
      last_taken_(now),
      last_progress_at_(now) {}

void LaneProjector::receive(const kafka::EventMessage& message, Timestamp now) {
  if (stopped_ || stale_) return;
  if (message.incarnation != place_.checkpoint.incarnation) return metrics_.foreign.add();
  head_ = std::max(head_, message.position);
  if (healing_) return;
  if (message.position < next()) return metrics_.repeated.add();
  if (message.position > next()) {
    metrics_.holes.add();
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
  if (revision != place_.checkpoint.revision) stale_ = true;
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
  if (!has_work(now)) return;
  if (stale_ && !reload(store, now)) return;
  if (healing_ && !read_on(journal, now)) return;
  const auto count = std::min(pending_.size(), rules_.batch);
  const std::vector<RecordedEvent> batch(
      std::make_move_iterator(pending_.begin()),
      std::make_move_iterator(pending_.begin() + static_cast<std::ptrdiff_t>(count)));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!batch.empty() && apply(store, batch, now) == StepOutcome::done) {
    pause_until_.reset();
    pause_ = {};
    reason_.clear();
  }
}

/// Reads the truth after a fault or a lost race: what was on its way may be there or not.
bool LaneProjector::reload(ProjectionStore& store, Timestamp now) {
  const Lane mine[] = {lane()};
  const auto checkpoint =
      store.checkpoints(projection_.name, place_.generation, place_.context, mine, place_.checkpoint.incarnation);
  if (!checkpoint) return pause(checkpoint.fault().what, now), false;
  const auto parked = store.parked(projection_.name, place_.generation, place_.context);
  if (!parked) return pause(parked.fault().what, now), false;
  if (checkpoint->front().incarnation != place_.checkpoint.incarnation) {
    return stop("the checkpoint is of another incarnation of the journal"), false;
  }
  place_.checkpoint = checkpoint->front();
  place_.parked.clear();
  for (const auto& found : *parked) {
    if (found.lane == lane()) place_.parked.insert(found.aggregate);
  }
  folder_.reset();
  pending_.clear();
  stale_ = false;
  healing_ = true;
  return true;
}

bool LaneProjector::read_on(journal::Journal& journal, Timestamp now) {
  if (pending_.size() >= rules_.batch) return true;
  const auto limit = rules_.batch - pending_.size();
  auto events = journal.read(place_.context, lane(), Position{next().value - 1}, limit);
  if (!events) return pause(events.fault().what, now), false;
  healing_ = events->size() == limit;
  if (pending_.empty()) pending_is_journals_ = true;
  metrics_.healed.add(events->size());
  for (auto& event : *events) {
    head_ = std::max(head_, event.position);
    pending_.push_back(std::move(event));
  }
  return true;
}

/// Poison is found by halving: the events before it are kept, it alone is parked, and what follows goes on.
StepOutcome LaneProjector::apply(ProjectionStore& store, Events events, Timestamp now) {
  const auto step = try_step(store, events);
  if (step.outcome == StepOutcome::done) return step.outcome;
  folder_.reset();
  if (step.outcome != StepOutcome::poison) {
    if (step.outcome == StepOutcome::outrun) metrics_.outrun.add();
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

StepResult LaneProjector::try_step(ProjectionStore& store, Events events) {
  const auto began = system_now();
  std::vector<RecordedEvent> sound;
  std::vector<ParkedEvent> following;
  const bool nothing_parked = place_.parked.empty();
  if (!nothing_parked) {
    for (const auto& event : events) {
      if (place_.parked.contains(event.aggregate)) {
        following.push_back({event.position, event.aggregate, std::string(follows_a_parked_event)});
      } else {
        sound.push_back(event);
      }
    }
  }
  WorkingSet rows(projection_.tables);
  auto result = fold(store, nothing_parked ? events : Events(sound), rows);
  if (result.outcome != StepOutcome::done) return result;
  result = send(store, events, &rows, following);
  if (result.outcome != StepOutcome::done) return result;
  metrics_.applied.add(events.size() - following.size());
  metrics_.parked.add(following.size());
  metrics_.batch_events.observe(static_cast<double>(events.size()));
  metrics_.batch_seconds.observe(seconds_between(began, system_now()));
  metrics_.end_to_end_seconds.observe(std::max(0.0, seconds_between(events.back().recorded_at, system_now())));
  if (log::enabled(log::Level::debug)) tell_taken_in(events);
  return result;
}

/// What somebody who follows one trace looks for; too much for any other level.
void LaneProjector::tell_taken_in(Events events) const {
  log::debug("projector", "took in a batch",
             {{"projection", projection_.name},
              {"context", place_.context},
              {"lane", lane().value},
              {"from", events.front().position.value},
              {"to", events.back().position.value}});
  for (const auto& event : events) {
    const auto trace_id = trace_id_of(event);
    if (trace_id.empty()) continue;
    const bool parked = place_.parked.contains(event.aggregate);
    log::debug("projector", parked ? "parked an event that follows a parked one" : "applied an event",
               {{"projection", projection_.name},
                {"context", place_.context},
                {"lane", lane().value},
                {"position", event.position.value},
                {"trace_id", trace_id}});
  }
}

StepResult LaneProjector::fold(ProjectionStore& store, Events events, WorkingSet& rows) {
  if (!folder_) folder_ = projection_.make_folder();
  for (const auto& event : events) folder_->want(event, rows);
  if (const auto read = store.read(place_.generation, rows); !read) return {StepOutcome::fault, read.fault().what};
  try {
    for (const auto& event : events) folder_->fold(event, rows);
    folder_->finish(rows);
  } catch (const std::exception& error) {
    return {StepOutcome::poison, error.what()};
  }
  return {};
}

StepResult LaneProjector::send(ProjectionStore& store, Events events, const WorkingSet* rows,
                               std::span<const ParkedEvent> parked) {
  LaneStep step;
  step.generation = place_.generation;
  step.context = place_.context;
  step.from = place_.checkpoint;
  step.to = events.back().position;
  step.rows = rows;
  step.parked = parked;
  crash_point("projector_before_commit");
  auto result = store.commit(projection_.name, step);
  if (result.outcome != StepOutcome::done) return result;
  crash_point("projector_after_commit");
  place_.checkpoint.position = step.to;
  last_event_at_ = events.back().recorded_at;
  last_progress_at_ = system_now();
  return result;
}

StepOutcome LaneProjector::park(ProjectionStore& store, const RecordedEvent& event, std::string why, Timestamp now) {
  while (!newly_parked_.empty() && now - newly_parked_.front() > rules_.parking_window) newly_parked_.pop_front();
  const auto name = event.aggregate.type + "/" + event.aggregate.id;
  if (newly_parked_.size() >= rules_.max_newly_parked) {
    stop("more than " + std::to_string(rules_.max_newly_parked) +
             " aggregates would be parked within a minute: a bug of the projection, not poison; last was " + name +
             ": " + why,
         trace_id_of(event));
    return StepOutcome::poison;
  }
  const ParkedEvent parked[] = {{event.position, event.aggregate, parking_reason(why)}};
  const auto result = send(store, {&event, 1}, nullptr, parked);
  if (result.outcome != StepOutcome::done) {
    pause(result.what, now, trace_id_of(event));
    return result.outcome;
  }
  newly_parked_.push_back(now);
  place_.parked.insert(event.aggregate);
  metrics_.parked.add();
  log::error("projector", "parked an event that cannot be folded; its aggregate's later events will be parked too",
             {{"projection", projection_.name},
              {"context", place_.context},
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
  metrics_.retries.add();
  reason_ = std::move(why);
  log::warn("projector", "a lane pauses after a fault",
            {{"projection", projection_.name},
             {"context", place_.context},
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
             {{"projection", projection_.name},
              {"context", place_.context},
              {"lane", lane().value},
              {"position", position().value},
              {"why", reason_},
              {"trace_id", trace_id}});
}

}  // namespace keel::query
