#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/held_lanes.hpp"
#include "actors/publishing_lane.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "journal/journal.hpp"
#include "ops/metrics.hpp"

namespace keel::actors {

/// How far, and how long, a context's publication is behind its journal. Confined to the publisher's thread.
class PublishingLag {
 public:
  /// Tells nobody.
  PublishingLag() = default;
  PublishingLag(ops::Metrics& metrics, const std::string& context);

  void begin(std::size_t lanes);
  /// One event a lane is timed on its way to Kafka; it, when none of the lane is.
  void handed_over(const journal::RecordedEvent& event);
  void acknowledged(Lane lane, Position position);
  /// Reads the oldest event that waits, when it is another one than at the last call.
  Result<Done> tell(const HeldLanes& lanes, const std::vector<LanePublication>& publications,
                    journal::Journal& journal);
  /// From now on the lanes' next owner tells.
  void forget();

 private:
  struct Timed {
    Position position;
    Timestamp recorded_at;
  };
  Result<std::optional<Timestamp>> oldest_waiting(const HeldLanes& lanes, Lane lane, Position acknowledged,
                                                  journal::Journal& journal);

  ops::Gauge events_;
  ops::Gauge oldest_;
  ops::Histogram age_;
  /// Of each lane: an event on its way, and the first that was not acknowledged at the last `tell`.
  std::vector<std::optional<Timed>> timed_;
  std::vector<std::optional<Timed>> waiting_;
};

}  // namespace keel::actors
