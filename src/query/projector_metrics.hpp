#pragma once

#include <cstdint>
#include <string>

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

/// The gauges of one lane.
struct LaneGauges {
  ops::Gauge position;
  ops::Gauge head;
  ops::Gauge lag_events;
  ops::Gauge parked_aggregates;
  ops::Gauge stopped;
};

LaneGauges lane_gauges(const std::string& projection, std::int64_t generation, const std::string& context, int lane,
                       ops::Metrics& metrics = ops::metrics());

}  // namespace keel::query
