#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/load.hpp"
#include "bench/postgres_reading.hpp"
#include "bench/setup.hpp"

namespace keel::bench {

/// Presses the command server in closed loop until the workload has nothing more to send. Throws when a call fails.
void fill(const Setup& setup, const MakeWorkload& workload);

/// Where the events are: in the journal, and in the read models. Reads keys only, so it may be asked often.
class Pipeline {
 public:
  explicit Pipeline(const Setup& setup);

  struct Look {
    /// Events in the journal, by context.
    std::map<std::string, std::int64_t> stored;
    /// How far the projection that is furthest behind is behind the journal, in events; summed over its lanes.
    std::int64_t behind = 0;
  };
  Look look();
  /// Blocks until no projection is behind. Throws after five minutes.
  void await_projections();

 private:
  PostgresReading journal_;
  PostgresReading read_store_;
};

}  // namespace keel::bench
