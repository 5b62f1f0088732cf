#include "app/roles/projection_tree.hpp"

#include <algorithm>

namespace keel::app {
namespace {

using query::LaneState;
using query::LaneStatus;
using query::ProjectorState;
using query::ProjectorStatus;

/// How often projectors look at their stores again, and the longest pause of a lane.
constexpr std::chrono::milliseconds next_look{1'000};
constexpr std::chrono::milliseconds longest_lane_pause{5'000};

void tell(WatchedPart& part, const ProjectorStatus& status) {
  switch (status.state) {
    case ProjectorState::starting:
      return;
    case ProjectorState::running:
    case ProjectorState::paused:
      return part.well();
    case ProjectorState::stopped:
      return part.waits_for_a_person(status.reason);
    case ProjectorState::faulted:
      return part.in_trouble(status.reason, next_look);
  }
}

void tell(WatchedPart& part, const LaneStatus& lane) {
  switch (lane.state) {
    case LaneState::following:
    case LaneState::healing:
      return part.well();
    case LaneState::pausing:
      return part.in_trouble(lane.reason, longest_lane_pause);
    case LaneState::stopped:
      return part.waits_for_a_person(lane.reason);
  }
}

}  // namespace

ProjectionTree::ProjectionTree(ops::SupervisionRegistry& registry)
    : registry_(registry), root_(registry.started(watched_supervisor(0, "projector"))) {}

void ProjectionTree::look(const query::ProjectorSetStatus& status) {
  auto found = projections_.find(status.projection);
  if (found == projections_.end()) {
    WatchedPart part(registry_, watched_supervisor(root_, status.projection));
    found = projections_.emplace(status.projection, Projection{std::move(part), {}}).first;
  }
  Projection& projection = found->second;
  if (status.reason.empty()) {
    projection.part.well();
  } else if (status.reason != "starting") {
    projection.part.in_trouble(status.reason, next_look);
  }
  for (const auto& generation : status.generations) look(projection, generation);
  forget_missing(projection, status);
}

void ProjectionTree::look(Projection& projection, const ProjectorStatus& status) {
  if (status.generation == 0) return;  // it has not found the generation yet: the set says why
  auto found = projection.generations.find(status.generation);
  if (found == projection.generations.end()) {
    WatchedPart part(registry_,
                     watched_supervisor(projection.part.node(), "generation " + std::to_string(status.generation)));
    found = projection.generations.emplace(status.generation, Generation{std::move(part), {}}).first;
  }
  tell(found->second.part, status);
  look(found->second, status);
}

void ProjectionTree::look(Generation& generation, const ProjectorStatus& status) {
  for (const auto& lane : status.lanes) {
    const auto key = std::pair(lane.context, lane.lane.value);
    auto found = generation.lanes.find(key);
    if (found == generation.lanes.end()) {
      const std::string name = lane.context + " lane " + std::to_string(lane.lane.value);
      WatchedPart part(registry_, watched_worker(generation.part.node(), name));
      found = generation.lanes.emplace(key, std::move(part)).first;
    }
    tell(found->second, lane);
  }
  forget_missing(generation, status);
}

void ProjectionTree::forget_missing(Projection& projection, const query::ProjectorSetStatus& status) {
  std::erase_if(projection.generations, [&](const auto& known) {
    const bool there = std::ranges::count(status.generations, known.first, &ProjectorStatus::generation) > 0;
    if (!there) known.second.part.gone("this generation is not fed any more");
    return !there;
  });
}

void ProjectionTree::forget_missing(Generation& generation, const ProjectorStatus& status) {
  std::erase_if(generation.lanes, [&](const auto& known) {
    const bool there = std::ranges::any_of(status.lanes, [&](const LaneStatus& lane) {
      return lane.context == known.first.first && lane.lane.value == known.first.second;
    });
    if (!there) known.second.gone("the projector has let it go");
    return !there;
  });
}

void ProjectionTree::stopped() { registry_.stopped(root_, ""); }

}  // namespace keel::app
