#include "dashboard/sample.hpp"

#include <algorithm>
#include <utility>

#include "dashboard/operation_documents.hpp"

namespace keel::dashboard {

const ProcessSample* Sample::process(const Uuid& id) const {
  const auto found = std::ranges::find(processes, id, &ProcessSample::id);
  return found == processes.end() ? nullptr : &*found;
}

const ProjectionSample* Sample::projection(std::string_view name) const {
  const auto found = std::ranges::find(projections, name, &ProjectionSample::name);
  return found == projections.end() ? nullptr : &*found;
}

Json projection_of(const Sample& sample, const ProjectionSample& projection, bool with_lanes) {
  auto document = document_of(projection, with_lanes);
  const auto changed = sample.projections_changed.find(projection.name);
  document["updated_at"] = moment(changed == sample.projections_changed.end() ? sample.at : changed->second);
  return document;
}

Json processes_of(const Sample& sample) {
  Json list = Json::array();
  for (const auto& process : sample.processes) list.push_back(document_of(process));
  return {{"processes", std::move(list)}, {"partial", document_of(sample.missing)}};
}

Json projections_of(const Sample& sample) {
  Json list = Json::array();
  for (const auto& projection : sample.projections) list.push_back(projection_of(sample, projection, false));
  return {{"projections", std::move(list)}, {"partial", document_of(sample.missing)}};
}

Json operations_of(const Sample& sample) { return {{"operations", documents_of(sample.operations)}}; }

Json overview_of(const Sample& sample) {
  Json document = processes_of(sample);
  document["projections"] = projections_of(sample)["projections"];
  document["operations"] = current_documents(sample.operations);
  document["unhealthy"] = documents_of(sample.unhealthy);
  document["recent"] = sample.recent;
  document["rates"] = sample.rates;
  return document;
}

}  // namespace keel::dashboard
