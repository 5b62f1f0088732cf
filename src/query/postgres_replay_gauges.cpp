#include "query/postgres_replay_gauges.hpp"

#include <algorithm>

#include "ops/log.hpp"

namespace keel::query {
namespace {

using postgres::Answer;
using postgres::Parameters;

/// $1 projection. Times in whole seconds; 0: it has not ended.
constexpr std::string_view last_operation_sql =
    "SELECT state, events, total, extract(epoch FROM seen_at)::bigint, coalesce(extract(epoch FROM ended_at), "
    "0)::bigint"
    " FROM operations WHERE projection = $1::text ORDER BY operation DESC LIMIT 1";

double ratio(std::int64_t events, std::int64_t total) {
  return total == 0 ? 1 : std::min(1.0, static_cast<double>(events) / static_cast<double>(total));
}

}  // namespace

ReplayGauges::ReplayGauges(const std::string& projection, ops::Metrics& metrics) : projection_(projection) {
  const ops::Labels labels{{"projection", projection}};
  for (const std::string_view state : {"running", "stopped", "failed", "done", "abandoned"}) {
    by_state_[state] = metrics.gauge("keel_replay_state", "1 for the state of the projection's last rebuild",
                                     {{"projection", projection}, {"state", std::string(state)}});
  }
  progress_ = metrics.gauge("keel_replay_progress_ratio", "How much of the last rebuild is folded, 0 to 1", labels);
  events_ = metrics.gauge("keel_replay_events", "Events that the last rebuild has folded", labels);
  seen_ = metrics.gauge("keel_replay_seen_timestamp_seconds", "When the last rebuild last reported, Unix time", labels);
  ended_ = metrics.gauge("keel_replay_ended_timestamp_seconds",
                         "When the last rebuild ended, Unix time; 0 while it has not", labels);
}

void ReplayGauges::look(postgres::Session& session) {
  const auto answer = session.run(last_operation_sql, Parameters().text(projection_));
  if (!answer.ok()) {
    log::debug("query", "cannot see the last rebuild", {{"projection", projection_}, {"why", what_of(answer)}});
  } else if (answer.size() == 1) {
    show(answer);
  }
}

void ReplayGauges::show(const Answer& operation) {
  for (const auto& [state, gauge] : by_state_) gauge.set(operation.text(0, 0) == state ? 1 : 0);
  progress_.set(operation.text(0, 0) == "done" ? 1 : ratio(operation.bigint(0, 1), operation.bigint(0, 2)));
  events_.set(static_cast<double>(operation.bigint(0, 1)));
  seen_.set(static_cast<double>(operation.bigint(0, 3)));
  ended_.set(static_cast<double>(operation.bigint(0, 4)));
}

}  // namespace keel::query
