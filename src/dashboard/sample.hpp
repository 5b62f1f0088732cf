#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/process_watch.hpp"
#include "dashboard/projection_watch.hpp"

namespace keel::dashboard {

/// The system as it was seen at one moment. Immutable once it is handed out.
struct Sample {
  Timestamp at;
  std::vector<ProcessSample> processes;
  std::vector<ProjectionSample> projections;
  std::vector<replay::Operation> operations;
  std::vector<Node> unhealthy;
  /// The latest that happened, newest first.
  Json recent = Json::array();
  Json rates = Json::object();
  std::vector<Missing> missing;
  /// Per projection, when its document last changed.
  std::map<std::string, Timestamp> projections_changed;

  const ProcessSample* process(const Uuid& id) const;
  const ProjectionSample* projection(std::string_view name) const;
};

Json overview_of(const Sample& sample);
Json processes_of(const Sample& sample);
Json projections_of(const Sample& sample);
Json projection_of(const Sample& sample, const ProjectionSample& projection, bool with_lanes);
Json operations_of(const Sample& sample);

}  // namespace keel::dashboard
