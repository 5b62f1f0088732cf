#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ops/metrics.hpp"

namespace keel::query {

/// The series of one projection in this process. Handles: cheap to copy; any thread.
struct ProjectionMetrics {
  ops::Counter applied;
  ops::Counter healed;
  ops::Counter repeated;
  ops::Counter foreign;
  ops::Counter holes;
  ops::Counter parked;
  ops::Counter outrun;
  ops::Counter retries;
  ops::Histogram batch_events;
  ops::Histogram batch_seconds;
  ops::Histogram end_to_end_seconds;
};

ProjectionMetrics projection_metrics(const std::string& projection, ops::Metrics& metrics = ops::metrics());

/// The gauges of one lane. They show what this process keeps up now: `clear` when it lets go of the lane.
struct LaneGauges {
  ops::Gauge position;
  ops::Gauge head;
  ops::Gauge lag_events;
  ops::Gauge parked_aggregates;
  ops::Gauge stopped;
  ops::Gauge last_event;
  ops::Gauge last_progress;

  /// Nobody is behind in what this process does not do: lag, parked and stopped are 0 then.
  void clear() const;
};

/// `keel_projection_state`: 1 for the state that a projector is in, 0 for the others.
class StateGauges {
 public:
  StateGauges(const std::string& projection, std::int64_t generation, const std::vector<std::string_view>& states,
              ops::Metrics& metrics = ops::metrics());
  /// A word that is none of the states sets all to 0.
  void show(std::string_view state) const;

 private:
  std::map<std::string_view, ops::Gauge> by_state_;
};

LaneGauges lane_gauges(const std::string& projection, std::int64_t generation, const std::string& context, int lane,
                       ops::Metrics& metrics = ops::metrics());

}  // namespace keel::query
