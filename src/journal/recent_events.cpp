#include "journal/recent_events.hpp"

#include <algorithm>

namespace keel::journal {
namespace {

std::size_t bytes_of(const RecordedEvent& event) {
  return sizeof(RecordedEvent) + event.aggregate.id.size() + event.type.size() + event.payload.size() +
         event.metadata.size();
}

}  // namespace

RecentEvents::RecentEvents(std::size_t lanes, std::size_t bytes_per_lane)
    : bytes_per_lane_(bytes_per_lane), lanes_(lanes) {}

void RecentEvents::add(std::span<const StoredEvent> events) {
  const std::lock_guard lock(mutex_);
  for (const StoredEvent& event : events) add_to(lanes_.at(static_cast<std::size_t>(event->lane.value)), event);
}

void RecentEvents::add_to(Newest& lane, const StoredEvent& event) const {
  if (!lane.events.empty() && event->position != lane.events.back()->position.next()) lane = {};
  lane.events.push_back(event);
  lane.bytes += bytes_of(*event);
  while (lane.bytes > bytes_per_lane_) {
    lane.bytes -= bytes_of(*lane.events.front());
    lane.events.pop_front();
  }
}

std::vector<StoredEvent> RecentEvents::after(Lane lane, Position position, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  const auto& events = lanes_.at(static_cast<std::size_t>(lane.value)).events;
  if (events.empty() || position.next() < events.front()->position || position >= events.back()->position) return {};
  const auto first = events.begin() + (position.value + 1 - events.front()->position.value);
  const auto count = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(limit), events.end() - first);
  return {first, first + count};
}

}  // namespace keel::journal
