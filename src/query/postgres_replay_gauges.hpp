#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ops/metrics.hpp"
#include "query/postgres_options.hpp"

namespace keel::query {

/// The last rebuild of a projection as Prometheus sees it: `keel_replay_*{projection}`.
///
/// Why told by the process that serves queries? Because a rebuild may run anywhere, is gone when it ends, and is not
/// scraped; what it does is on record in the read store's `operations`. One thread.
class ReplayGauges {
 public:
  explicit ReplayGauges(const std::string& projection, ops::Metrics& metrics = ops::metrics());

  /// Reads the last operation and shows it. Without one, or when the store does not answer, everything stays. Blocks.
  void look(postgres::Session& session);

 private:
  void show(const postgres::Answer& operation);

  const std::string projection_;
  std::map<std::string_view, ops::Gauge> by_state_;
  ops::Gauge progress_;
  ops::Gauge events_;
  ops::Gauge seen_;
  ops::Gauge ended_;
};

}  // namespace keel::query
