#include "dashboard/projection_watch.hpp"

#include <algorithm>
#include <utility>

namespace keel::dashboard {
namespace {

/// A rate is taken over so long.
constexpr std::chrono::seconds rate_span{10};
/// There is something to fold, and nothing was folded for so long.
constexpr std::chrono::seconds stalls_after{10};
/// Lanes that are asked for the age of their oldest unfolded event, in one sample.
constexpr int lanes_asked = 16;
constexpr std::size_t moments_kept = 4'096;

double seconds_of(std::chrono::microseconds length) { return std::chrono::duration<double>(length).count(); }

/// Each projection is a condition of its projectors' readiness. One that has just begun is in no trouble yet.
std::string trouble_of(const std::string& projection, const std::vector<ProcessSample>& processes) {
  for (const auto& process : processes) {
    if (!process.told || process.told->role() != "projector") continue;
    for (const auto& unmet : process.told->unmet_conditions()) {
      if (unmet.name() == projection && unmet.reason() != "starting") return unmet.reason();
    }
  }
  return {};
}

bool somebody_projects(const std::vector<ProcessSample>& processes) {
  return std::ranges::any_of(processes, [](const auto& process) {
    return process.seen.known.identity.role == "projector" && process.seen.may_answer();
  });
}

}  // namespace

ProjectionWatch::Looked ProjectionWatch::sample(const std::vector<ProcessSample>& processes,
                                                const std::vector<replay::Operation>& operations, Timestamp now) {
  Looked looked;
  auto journal = stores_.journal();
  if (!journal) {
    looked.missing.push_back({"journal", journal.fault().what});
    return looked;
  }
  const auto ends = heads(**journal);
  if (!ends) {
    looked.missing.push_back({"journal", ends.fault().what});
    return looked;
  }
  for (const auto& [context, positions] : *ends) {
    for (const auto& position : positions) looked.events += position.value;
  }
  auto store = stores_.read();
  if (!store) {
    looked.missing.push_back({"read store", store.fault().what});
    return looked;
  }
  for (const auto& projection : parts_.projections) {
    auto found = look(projection, **store, *ends);
    if (!found) {
      looked.missing.push_back({"projection " + projection.name, found.fault().what});
      continue;
    }
    measure(*found, now);
    found->lag_seconds = lag_seconds(*found, **journal, now);
    found->last_error = trouble_of(projection.name, processes);
    found->state = state_of(*found, operations, somebody_projects(processes), now);
    looked.projections.push_back(*std::move(found));
  }
  return looked;
}

Result<ProjectionWatch::Heads> ProjectionWatch::heads(journal::Journal& journal) const {
  Heads all;
  for (const auto& context : parts_.contexts) {
    auto found = journal.heads(context.name);
    if (!found) return found.fault();
    all[context.name] = *std::move(found);
  }
  return all;
}

Result<ProjectionSample> ProjectionWatch::look(const query::Projection& projection, replay::ReadStore& store,
                                               const Heads& heads) const {
  ProjectionSample sample;
  sample.name = projection.name;
  const auto row = store.projection(projection.name);
  if (!row) return row.fault();
  if (!*row) return sample;
  sample.row = **row;
  auto generations = store.generations(projection.name);
  if (!generations) return generations.fault();
  sample.generations = *std::move(generations);
  const auto lanes = store.lanes(projection.name, sample.row.live);
  if (!lanes) return lanes.fault();
  for (const auto& context : projection.contexts) {
    const auto found = heads.find(context);
    if (found == heads.end()) continue;
    for (const auto& position : found->second) sample.head += position.value;
  }
  for (const auto& lane : *lanes) {
    const auto found = heads.find(lane.context);
    const auto index = static_cast<std::size_t>(lane.lane.value);
    const bool known = found != heads.end() && index < found->second.size();
    const auto head = known ? found->second[index] : lane.position;
    sample.lanes.push_back({lane, std::max(head, lane.position).value});
    sample.position += lane.position.value;
    sample.parked_aggregates += lane.parked_aggregates;
  }
  return sample;
}

void ProjectionWatch::measure(ProjectionSample& sample, Timestamp now) {
  auto& memory = memory_[sample.name];
  const bool other = memory.generation != sample.row.live || memory.seen.empty();
  if (other) memory = {sample.row.live, {}, now};
  const bool moved = other || memory.seen.back().position != sample.position || sample.lag() <= 0;
  if (moved) memory.moved_at = now;
  memory.seen.push_back({now, sample.position, sample.head});
  while (memory.seen.front().at < now - rate_span && memory.seen.size() > 2) memory.seen.pop_front();
  const auto& first = memory.seen.front();
  const double seconds = seconds_of(now - first.at);
  if (seconds < 0.5) return;
  sample.rate = static_cast<double>(sample.position - first.position) / seconds;
  const double nearer = *sample.rate - static_cast<double>(sample.head - first.head) / seconds;
  if (sample.lag() > 0 && nearer > 0) sample.eta_seconds = static_cast<double>(sample.lag()) / nearer;
}

std::optional<double> ProjectionWatch::lag_seconds(const ProjectionSample& sample, journal::Journal& journal,
                                                   Timestamp now) {
  if (sample.lag() <= 0) return 0.0;
  auto lanes = sample.lanes;
  std::erase_if(lanes, [](const auto& lane) { return lane.head <= lane.row.position.value; });
  std::ranges::sort(lanes, std::ranges::greater(),
                    [](const auto& lane) { return lane.head - lane.row.position.value; });
  std::optional<Timestamp> oldest;
  int asked = 0;
  for (const auto& lane : lanes) {
    if (++asked > lanes_asked) break;
    const auto at = recorded_at(lane, journal);
    if (at && (!oldest || *at < *oldest)) oldest = at;
  }
  if (!oldest) return {};
  return std::max(0.0, seconds_of(now - *oldest));
}

std::optional<Timestamp> ProjectionWatch::recorded_at(const ProjectionSample::Lane& lane, journal::Journal& journal) {
  const std::tuple key(lane.row.context, lane.row.lane.value, lane.row.position.value);
  if (const auto known = recorded_.find(key); known != recorded_.end()) return known->second;
  const auto next = journal.read(lane.row.context, lane.row.lane, lane.row.position, 1);
  if (!next || next->empty()) return {};
  if (recorded_.size() >= moments_kept) recorded_.clear();
  recorded_[key] = next->front().recorded_at;
  return next->front().recorded_at;
}

std::string ProjectionWatch::state_of(const ProjectionSample& sample, const std::vector<replay::Operation>& operations,
                                      bool projected, Timestamp now) const {
  if (sample.row.live == 0) return "stopped";
  if (sample.row.paused) return "paused";
  if (!sample.last_error.empty()) return "faulted";
  if (!projected) return "stopped";
  if (sample.lag() > 0 && now - memory_.at(sample.name).moved_at >= stalls_after) return "stalled";
  const bool rebuilding = std::ranges::any_of(operations, [&](const auto& operation) {
    return operation.projection == sample.name && operation.state == "running" && operation.alive;
  });
  if (rebuilding) return "rebuilding";
  return sample.lag() <= 0 ? "caught_up" : "running";
}

}  // namespace keel::dashboard
