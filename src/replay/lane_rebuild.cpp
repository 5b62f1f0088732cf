#include "replay/lane_rebuild.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "core/crash_point.hpp"

namespace keel::replay {
namespace {

using query::Checkpoint;
using query::StepOutcome;

Fault fault(std::string what) { return Fault{Fault::Outcome::nothing_changed, std::move(what)}; }

std::string name_of(const LaneTask& task) { return "lane " + std::to_string(task.lane.value) + " of " + task.context; }

}  // namespace

LaneRebuild::LaneRebuild(const query::Projection& projection, std::int64_t generation, const Uuid& incarnation,
                         Sessions sessions, LaneRebuildRules rules, Pace& pace, Progress& progress,
                         std::function<bool()> ended)
    : projection_(projection),
      generation_(generation),
      incarnation_(incarnation),
      sessions_(std::move(sessions)),
      rules_(rules),
      metrics_(query::projection_metrics(projection.name)),
      pace_(pace),
      progress_(progress),
      ended_(std::move(ended)) {}

Result<Checkpoint> LaneRebuild::checkpoint(const LaneTask& task) {
  const std::array mine{task.lane};
  const auto found = sessions_.store->checkpoints(projection_.name, generation_, task.context, mine, incarnation_);
  if (!found) return found.fault();
  if (found->front().incarnation != incarnation_) {
    return fault("the generation was begun on another incarnation of the journal: drop it and rebuild anew");
  }
  return found->front();
}

/// Outrun: somebody who died wrote the lane after all. Then its checkpoint says how to go on.
Result<Done> LaneRebuild::bring_up(const LaneTask& task) {
  while (!ended_()) {
    const auto from = checkpoint(task);
    if (!from) return from.fault();
    if (from->position >= task.target) return Done{};
    if (from->position.value > 0) return catch_up(task, *from);
    const auto filled = fill(task, *from);
    if (!filled) return filled.fault();
    if (*filled == StepOutcome::poison) return catch_up(task, *from);
  }
  return Done{};
}

LaneRebuild::Fill LaneRebuild::fill(const LaneTask& task, const Checkpoint& from) {
  LaneFold lane(projection_);
  auto reached = fold(task, lane);
  if (!reached) return reached.fault();
  if (lane.needs_another_pass() && *reached == task.target) {
    lane.begin_again();
    progress_.events -= reached->value;
    reached = fold(task, lane);
    if (!reached) return reached.fault();
  }
  if (lane.parked_aggregates() > rules_.max_parked) return too_many_parked(task, lane.parked_aggregates()).fault();
  if (ended_()) return StepOutcome::done;
  if (lane.needs_another_pass()) return StepOutcome::poison;  // and too large: in small steps, from the start
  return write(task, from, *reached, lane);
}

Result<Position> LaneRebuild::fold(const LaneTask& task, LaneFold& lane) {
  Position at;
  std::int64_t seen = 0;
  const auto take = [&](const journal::RecordedEvent& event) { lane.take(event); };
  while (at < task.target && !ended_()) {
    crash_point("rebuild_chunk");
    const auto before = at;
    const auto scanned =
        sessions_.scan->scan(task.context, task.lane, at, task.target, pace_.portion(rules_.chunk), take);
    if (!scanned) return scanned.fault();
    at = *scanned;
    const auto count = at.value - before.value;
    if (count == 0) return fault(name_of(task) + " ends at " + std::to_string(at.value) + ", before its head");
    progress_.events += count;
    pace_.spend(count, ended_);
    const bool look = seen / rules_.events_between_looks != (seen + count) / rules_.events_between_looks;
    seen += count;
    if (look && lane.bytes() > rules_.bytes) return at;
  }
  return at;
}

LaneRebuild::Fill LaneRebuild::write(const LaneTask& task, const Checkpoint& from, Position to, LaneFold& lane) {
  query::LaneStep step;
  step.generation = generation_;
  step.context = task.context;
  step.from = from;
  step.to = to;
  step.rows = &lane.finish();
  step.parked = lane.parked();
  crash_point("rebuild_before_fill");
  const auto result = sessions_.store->fill(projection_.name, step);
  crash_point("rebuild_after_fill");
  if (result.outcome == StepOutcome::fault) return Fault{Fault::Outcome::unknown, result.what};
  if (result.outcome == StepOutcome::done) progress_.parked += static_cast<std::int64_t>(lane.parked().size());
  return result.outcome;
}

Result<Done> LaneRebuild::catch_up(const LaneTask& task, const Checkpoint& from) {
  const auto parked = sessions_.store->parked(projection_.name, generation_, task.context);
  if (!parked) return parked.fault();
  query::LanePlace place{task.context, generation_, from, {}};
  for (const auto& found : *parked) {
    if (found.lane == task.lane) place.parked.insert(found.aggregate);
  }
  query::LaneRules rules;
  rules.batch = pace_.portion(rules_.chunk);
  rules.max_newly_parked = rules_.max_parked;
  query::LaneProjector lane(projection_, std::move(place), rules, metrics_, system_now());
  auto last_moved = system_now();
  while (lane.position() < task.target && !ended_()) {
    const auto before = lane.position();
    const auto now = system_now();
    lane.heal();
    lane.work(*sessions_.store, *sessions_.journal, now);
    const auto moved = lane.position().value - before.value;
    progress_.events += moved;
    if (moved > 0) last_moved = now;
    if (lane.state(now) == query::LaneState::stopped || now - last_moved > rules_.patience) {
      return fault(name_of(task) + ": " + lane.reason());
    }
    if (moved == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pace_.spend(moved, ended_);
  }
  return Done{};
}

Result<Done> LaneRebuild::too_many_parked(const LaneTask& task, std::size_t count) const {
  return fault(name_of(task) + ": " + std::to_string(count) + " aggregates cannot be folded, more than " +
               std::to_string(rules_.max_parked) + ": a bug of the projection, not poison");
}

}  // namespace keel::replay
