#include "query/followed_lanes.hpp"

#include <chrono>

namespace keel::query {
namespace {

double unix_seconds(Timestamp at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

}  // namespace

void FollowedLane::show(Timestamp now) const {
  gauges.position.set(static_cast<double>(lane.position().value));
  gauges.head.set(static_cast<double>(lane.head().value));
  gauges.lag_events.set(static_cast<double>(lane.head().value - lane.position().value));
  gauges.parked_aggregates.set(static_cast<double>(lane.parked_aggregates()));
  gauges.stopped.set(lane.state(now) == LaneState::stopped ? 1 : 0);
  gauges.last_event.set(lane.last_event_at() ? unix_seconds(*lane.last_event_at()) : 0);
  gauges.last_progress.set(unix_seconds(lane.last_progress_at()));
}

FollowedLane* FollowedLanes::find(std::string_view topic, std::int32_t partition) const {
  const auto lanes = topics_.find(topic);
  if (lanes == topics_.end()) return nullptr;
  const auto found = lanes->second.find(partition);
  return found == lanes->second.end() ? nullptr : found->second.get();
}

void FollowedLanes::add(const std::string& topic, std::int32_t partition, std::unique_ptr<FollowedLane> lane) {
  topics_[topic][partition] = std::move(lane);
}

void FollowedLanes::drop(std::string_view topic, std::int32_t partition) {
  if (const auto lanes = topics_.find(topic); lanes != topics_.end()) lanes->second.erase(partition);
}

}  // namespace keel::query
