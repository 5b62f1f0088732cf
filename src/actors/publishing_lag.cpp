#include "actors/publishing_lag.hpp"

#include <chrono>

namespace keel::actors {
namespace {

std::size_t place_of(Lane lane) { return static_cast<std::size_t>(lane.value); }

double seconds(Timestamp::duration length) { return std::chrono::duration<double>(length).count(); }

}  // namespace

PublishingLag::PublishingLag(ops::Metrics& metrics, const std::string& context) {
  const ops::Labels labels{{"context", context}};
  events_ = metrics.gauge("keel_publisher_lag_events", "Stored events that Kafka has not acknowledged yet.", labels);
  oldest_ = metrics.gauge(
      "keel_publisher_oldest_timestamp_seconds",
      "When the oldest event that Kafka has not acknowledged was recorded, Unix time; 0 without one.", labels);
  age_ = metrics.histogram("keel_publisher_end_to_end_seconds",
                           "From an event's recording to Kafka's acknowledgement; samples.", ops::latency_buckets(),
                           labels);
}

void PublishingLag::begin(std::size_t lanes) {
  timed_.resize(lanes);
  waiting_.resize(lanes);
}

void PublishingLag::handed_over(const journal::RecordedEvent& event) {
  auto& timed = timed_.at(place_of(event.lane));
  if (!timed) timed = Timed{event.position, event.recorded_at};
}

void PublishingLag::acknowledged(Lane lane, Position position) {
  auto& timed = timed_.at(place_of(lane));
  if (!timed || timed->position != position) return;
  age_.observe(seconds(system_now() - timed->recorded_at));
  timed.reset();
}

Result<Done> PublishingLag::tell(const HeldLanes& lanes, const std::vector<LanePublication>& publications,
                                 journal::Journal& journal) {
  const auto acknowledged = [&](Lane lane) { return publications.at(place_of(lane)).acknowledged(); };
  std::int64_t events = 0;
  for (Lane lane{0}; lane.value < lanes.count(); ++lane.value)
    events += lanes.last(lane).value - acknowledged(lane).value;
  events_.set(static_cast<double>(events));
  std::optional<Timestamp> oldest;
  for (Lane lane{0}; lane.value < lanes.count(); ++lane.value) {
    const auto waiting = oldest_waiting(lanes, lane, acknowledged(lane), journal);
    if (!waiting) return waiting.fault();
    if (*waiting && (!oldest || **waiting < *oldest)) oldest = **waiting;
  }
  oldest_.set(oldest ? seconds(oldest->time_since_epoch()) : 0);
  return Done{};
}

Result<std::optional<Timestamp>> PublishingLag::oldest_waiting(const HeldLanes& lanes, Lane lane, Position acknowledged,
                                                               journal::Journal& journal) {
  auto& waiting = waiting_.at(place_of(lane));
  if (acknowledged >= lanes.last(lane)) {
    waiting.reset();
  } else if (!waiting || waiting->position != acknowledged.next()) {
    const auto events = lanes.read(journal, lane, acknowledged, 1);
    if (!events) return events.fault();
    waiting.reset();
    if (!events->empty()) waiting = Timed{acknowledged.next(), events->front()->recorded_at};
  }
  return waiting ? std::optional(waiting->recorded_at) : std::nullopt;
}

void PublishingLag::forget() {
  events_.set(0);
  oldest_.set(0);
}

}  // namespace keel::actors
