#include "query/lane_cursor.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/crash_point.hpp"
#include "ops/log.hpp"
#include "query/event_trace.hpp"

namespace keel::query {
namespace {

using journal::RecordedEvent;
using Events = std::span<const RecordedEvent>;

double seconds_between(Timestamp from, Timestamp to) { return std::chrono::duration<double>(to - from).count(); }

StepResult commit(ProjectionStore& store, const Projection& projection, std::span<const LaneStep> steps) {
  crash_point("projector_before_commit");
  auto result = store.commit(projection.name, steps);
  if (result.outcome == StepOutcome::done) crash_point("projector_after_commit");
  return result;
}

StepResult fold(ProjectionStore& store, std::span<const LaneIntake> intakes, std::vector<LaneBatch>& batches) {
  std::vector<WorkingSet*> rows;
  for (auto& batch : batches) rows.push_back(&batch.rows);
  const auto generation = intakes.front().lane->place().generation;
  if (const auto read = store.read(generation, rows); !read) return {StepOutcome::fault, read.fault().what};
  try {
    for (std::size_t i = 0; i < intakes.size(); ++i) intakes[i].lane->fold(batches[i]);
  } catch (const std::exception& error) {
    return {StepOutcome::poison, error.what()};
  }
  return {};
}

StepResult fold_and_commit(ProjectionStore& store, std::span<const LaneIntake> intakes,
                           std::vector<LaneBatch>& batches) {
  auto folded = fold(store, intakes, batches);
  if (folded.outcome != StepOutcome::done) return folded;
  std::vector<LaneStep> steps;
  steps.reserve(intakes.size());
  for (std::size_t i = 0; i < intakes.size(); ++i) steps.push_back(intakes[i].lane->step(batches[i]));
  return commit(store, intakes.front().lane->projection(), steps);
}

}  // namespace

LaneCursor::LaneCursor(const Projection& projection, LanePlace place, ProjectionMetrics metrics, Timestamp now)
    : projection_(projection), place_(std::move(place)), metrics_(metrics), last_progress_at_(now) {}

void LaneCursor::go_to(Checkpoint checkpoint, std::unordered_set<AggregateRef> parked) {
  place_.checkpoint = checkpoint;
  place_.parked = std::move(parked);
  forget();
}

LaneBatch LaneCursor::begin(Events events) {
  if (!folder_) folder_ = projection_.make_folder();
  LaneBatch batch{events, {}, WorkingSet(projection_.tables)};
  for (const auto& event : events) {
    if (follows_a_parked(event)) {
      batch.following.push_back({event.position, event.aggregate, std::string(follows_a_parked_event)});
    } else {
      folder_->want(event, batch.rows);
    }
  }
  return batch;
}

void LaneCursor::fold(LaneBatch& batch) {
  for (const auto& event : batch.events) {
    if (!follows_a_parked(event)) folder_->fold(event, batch.rows);
  }
  folder_->finish(batch.rows);
}

LaneStep LaneCursor::step(const LaneBatch& batch) const {
  LaneStep step;
  step.generation = place_.generation;
  step.context = place_.context;
  step.from = place_.checkpoint;
  step.to = batch.events.back().position;
  step.rows = &batch.rows;
  step.parked = batch.following;
  return step;
}

void LaneCursor::committed(const LaneBatch& batch) {
  move_to(batch.events.back());
  metrics_.applied.add(batch.events.size() - batch.following.size());
  metrics_.parked.add(batch.following.size());
  metrics_.end_to_end_seconds.observe(std::max(0.0, seconds_between(*last_event_at_, last_progress_at_)));
  if (log::enabled(log::Level::debug)) tell(batch);
}

StepResult LaneCursor::park(ProjectionStore& store, const RecordedEvent& event, std::string reason) {
  const ParkedEvent parked[] = {{event.position, event.aggregate, std::move(reason)}};
  const LaneStep step{place_.generation, place_.context, place_.checkpoint, event.position, nullptr, parked};
  auto result = commit(store, projection_, {&step, 1});
  if (result.outcome != StepOutcome::done) return result;
  move_to(event);
  place_.parked.insert(event.aggregate);
  metrics_.parked.add();
  return result;
}

void LaneCursor::move_to(const RecordedEvent& event) {
  place_.checkpoint.position = event.position;
  last_event_at_ = event.recorded_at;
  last_progress_at_ = system_now();
}

/// What somebody who follows one trace looks for; too much for any other level.
void LaneCursor::tell(const LaneBatch& batch) const {
  log::debug("projector", "took in a batch",
             {{"projection", projection_.name},
              {"context", place_.context},
              {"lane", lane().value},
              {"from", batch.events.front().position.value},
              {"to", batch.events.back().position.value}});
  for (const auto& event : batch.events) {
    const auto trace_id = trace_id_of(event);
    if (trace_id.empty()) continue;
    log::debug("projector", follows_a_parked(event) ? "parked an event that follows a parked one" : "applied an event",
               {{"projection", projection_.name},
                {"context", place_.context},
                {"lane", lane().value},
                {"position", event.position.value},
                {"trace_id", trace_id}});
  }
}

StepResult take_in(ProjectionStore& store, std::span<const LaneIntake> intakes) {
  const auto began = system_now();
  std::size_t events = 0;
  std::vector<LaneBatch> batches;
  batches.reserve(intakes.size());
  for (const auto& intake : intakes) {
    batches.push_back(intake.lane->begin(intake.events));
    events += intake.events.size();
  }
  auto result = fold_and_commit(store, intakes, batches);
  for (std::size_t i = 0; i < intakes.size(); ++i) {
    if (result.outcome == StepOutcome::done) {
      intakes[i].lane->committed(batches[i]);
    } else {
      intakes[i].lane->forget();
    }
  }
  if (result.outcome != StepOutcome::done) return result;
  const auto& metrics = intakes.front().lane->metrics();
  metrics.batch_events.observe(static_cast<double>(events));
  metrics.batch_seconds.observe(seconds_between(began, system_now()));
  return result;
}

}  // namespace keel::query
