#include "actors/held_lanes.hpp"

#include <memory>
#include <utility>

namespace keel::actors {

HeldLanes::HeldLanes(std::string context, std::span<const journal::HeldLane> lanes)
    : context_(std::move(context)), lanes_(lanes.size()), recent_(lanes.size()) {
  retaken(lanes);
}

journal::HeldLane HeldLanes::lane(Lane lane) const { return {lane, epoch(lane), last(lane)}; }

Result<std::vector<journal::StoredEvent>> HeldLanes::read(journal::Journal& journal, Lane lane, Position after,
                                                          std::size_t limit) const {
  auto recent = recent_.after(lane, after, limit);
  if (!recent.empty()) return recent;
  auto events = journal.read(context_, lane, after, limit);
  if (!events) return events.fault();
  for (auto& event : *events) recent.push_back(std::make_shared<const journal::RecordedEvent>(std::move(event)));
  return recent;
}

void HeldLanes::retaken(std::span<const journal::HeldLane> lanes) {
  for (const auto& lane : lanes) {
    stored(lane.lane, lane.last);
    at(lane.lane).epoch.store(lane.epoch.value, std::memory_order_release);
  }
}

}  // namespace keel::actors
