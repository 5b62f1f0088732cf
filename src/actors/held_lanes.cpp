#include "actors/held_lanes.hpp"

#include <utility>

namespace keel::actors {

HeldLanes::HeldLanes(std::string context, std::span<const journal::HeldLane> lanes)
    : context_(std::move(context)), lanes_(lanes.size()) {
  retaken(lanes);
}

journal::HeldLane HeldLanes::lane(Lane lane) const { return {lane, epoch(lane), last(lane)}; }

void HeldLanes::retaken(std::span<const journal::HeldLane> lanes) {
  for (const auto& lane : lanes) {
    stored(lane.lane, lane.last);
    at(lane.lane).epoch.store(lane.epoch.value, std::memory_order_release);
  }
}

}  // namespace keel::actors
