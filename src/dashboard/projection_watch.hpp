#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "dashboard/directory.hpp"
#include "dashboard/process_watch.hpp"
#include "dashboard/stores.hpp"

namespace keel::dashboard {

/// A projection as it was seen a moment ago.
struct ProjectionSample {
  std::string name;
  /// running, paused, rebuilding, stalled, faulted, stopped, caught_up
  std::string state;
  std::vector<replay::GenerationRow> generations;
  replay::ProjectionRow row;
  /// Of the live generation, summed up over all lanes.
  std::int64_t position = 0;
  std::int64_t head = 0;
  /// How long ago the oldest event was recorded that it lacks.
  std::optional<double> lag_seconds{};
  /// Events a second, over the last samples.
  std::optional<double> rate{};
  std::optional<double> eta_seconds{};
  std::int64_t parked_aggregates = 0;
  std::string last_error{};
  struct Lane {
    replay::LaneRow row;
    std::int64_t head = 0;
  };
  std::vector<Lane> lanes;

  /// Heads are read before checkpoints, which may be further by then.
  std::int64_t lag() const { return std::max<std::int64_t>(0, head - position); }
};

Json document_of(const ProjectionSample& projection, bool with_lanes);

/// Samples all projections: checkpoints of the read store against heads of the journal. One thread at a time.
class ProjectionWatch {
 public:
  ProjectionWatch(const DashboardParts& parts, Stores& stores) : parts_(parts), stores_(stores) {}

  struct Looked {
    std::vector<ProjectionSample> projections;
    /// Events of the whole journal.
    std::int64_t events = 0;
    std::vector<Missing> missing;
  };
  /// `operations` are the latest of all projections.
  Looked sample(const std::vector<ProcessSample>& processes, const std::vector<replay::Operation>& operations,
                Timestamp now);

 private:
  using Heads = std::map<std::string, std::vector<Position>>;
  struct Seen {
    Timestamp at;
    std::int64_t position = 0;
    std::int64_t head = 0;
  };
  struct Memory {
    std::int64_t generation = 0;
    std::deque<Seen> seen;
    /// When its position last moved, or it lacked nothing.
    Timestamp moved_at;
  };

  Result<Heads> heads(journal::Journal& journal) const;
  Result<ProjectionSample> look(const query::Projection& projection, replay::ReadStore& store,
                                const Heads& heads) const;
  void measure(ProjectionSample& sample, Timestamp now);
  std::optional<double> lag_seconds(const ProjectionSample& sample, journal::Journal& journal, Timestamp now);
  std::optional<Timestamp> recorded_at(const ProjectionSample::Lane& lane, journal::Journal& journal);
  std::string state_of(const ProjectionSample& sample, const std::vector<replay::Operation>& operations, bool projected,
                       Timestamp now) const;

  const DashboardParts& parts_;
  Stores& stores_;
  std::map<std::string, Memory> memory_;
  /// When the event after a position of a lane was recorded: it never changes.
  std::map<std::tuple<std::string, std::int32_t, std::int64_t>, Timestamp> recorded_;
};

}  // namespace keel::dashboard
