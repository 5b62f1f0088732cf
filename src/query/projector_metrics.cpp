#include "query/projector_metrics.hpp"

namespace keel::query {

ProjectionMetrics projection_metrics(const std::string& projection, ops::Metrics& metrics) {
  const ops::Labels labels{{"projection", projection}};
  const auto messages = [&](const char* outcome) {
    return metrics.counter("keel_projection_messages_total", "Messages and journal events, by what became of them",
                           {{"projection", projection}, {"outcome", outcome}});
  };
  ProjectionMetrics made;
  made.applied = messages("applied");
  made.healed = messages("healed");
  made.repeated = messages("repeated");
  made.foreign = messages("foreign");
  made.holes = messages("hole");
  made.parked = messages("parked");
  made.outrun = metrics.counter("keel_projection_outrun_total", "Steps that lost against another projector", labels);
  made.retries = metrics.counter("keel_projection_retries_total", "Pauses after a fault", labels);
  made.batch_events =
      metrics.histogram("keel_projection_batch_events", "Events of a transaction", ops::count_buckets(), labels);
  made.batch_seconds = metrics.histogram("keel_projection_batch_duration_seconds", "Duration of a transaction",
                                         ops::latency_buckets(), labels);
  made.end_to_end_seconds =
      metrics.histogram("keel_projection_end_to_end_seconds", "From an event's recording to its visibility, per batch",
                        ops::latency_buckets(), labels);
  return made;
}

LaneGauges lane_gauges(const std::string& projection, std::int64_t generation, const std::string& context, int lane,
                       ops::Metrics& metrics) {
  const ops::Labels labels{{"projection", projection},
                           {"generation", std::to_string(generation)},
                           {"context", context},
                           {"lane", std::to_string(lane)}};
  LaneGauges made;
  made.position = metrics.gauge("keel_projection_position", "Last position folded", labels);
  made.head = metrics.gauge("keel_projection_head_position", "Last position of the journal", labels);
  made.lag_events = metrics.gauge("keel_projection_lag_events", "Events of the journal that are not folded", labels);
  made.parked_aggregates =
      metrics.gauge("keel_projection_parked_aggregates", "Aggregates that have parked events", labels);
  made.stopped = metrics.gauge("keel_projection_stopped", "1 when the lane stopped and waits for a person", labels);
  made.last_event =
      metrics.gauge("keel_projection_last_event_timestamp_seconds",
                    "When the last event that was folded here was recorded, Unix time; 0 before the first", labels);
  made.last_progress =
      metrics.gauge("keel_projection_last_progress_timestamp_seconds",
                    "When the position last moved here, at first when the lane was taken up, Unix time", labels);
  return made;
}

void LaneGauges::clear() const {
  lag_events.set(0);
  parked_aggregates.set(0);
  stopped.set(0);
}

StateGauges::StateGauges(const std::string& projection, std::int64_t generation,
                         const std::vector<std::string_view>& states, ops::Metrics& metrics) {
  for (const auto state : states) {
    by_state_[state] = metrics.gauge(
        "keel_projection_state", "1 for the state that the projector is in",
        {{"projection", projection}, {"generation", std::to_string(generation)}, {"state", std::string(state)}});
  }
}

void StateGauges::show(std::string_view state) const {
  for (const auto& [name, gauge] : by_state_) gauge.set(name == state ? 1 : 0);
}

}  // namespace keel::query
