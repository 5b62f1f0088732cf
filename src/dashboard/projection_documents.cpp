#include <utility>

#include "dashboard/projection_watch.hpp"

namespace keel::dashboard {
namespace {

Json document_of(const replay::GenerationRow& row) {
  Json document{{"generation", row.generation},
                {"version", row.version},
                {"state", text(row.state)},
                {"made_at", moment(row.made_at)}};
  if (row.verified_at) document["verified_at"] = moment(*row.verified_at);
  document["live"] = row.live;
  document["previous"] = row.previous;
  return document;
}

Json document_of(const ProjectionSample::Lane& lane) {
  return {{"context", text(lane.row.context)},
          {"lane", lane.row.lane.value},
          {"position", whole(lane.row.position.value)},
          {"head", whole(lane.head)},
          {"lag", whole(lane.head - lane.row.position.value)},
          {"parked", lane.row.parked_aggregates}};
}

}  // namespace

Json document_of(const ProjectionSample& projection, bool with_lanes) {
  Json generations = Json::array();
  for (const auto& row : projection.generations) generations.push_back(document_of(row));
  Json document{{"name", text(projection.name)},
                {"state", projection.state},
                {"live_generation", projection.row.live},
                {"version", projection.row.version}};
  if (projection.row.previous) document["previous_generation"] = *projection.row.previous;
  document["generations"] = std::move(generations);
  document["position"] = whole(projection.position);
  document["head"] = whole(projection.head);
  document["lag_events"] = whole(projection.lag());
  if (projection.lag_seconds) document["lag_seconds"] = *projection.lag_seconds;
  if (projection.rate) document["rate_per_second"] = *projection.rate;
  if (projection.eta_seconds) document["eta_seconds"] = *projection.eta_seconds;
  document["parked_aggregates"] = projection.parked_aggregates;
  document["paused"] = projection.row.paused;
  if (!projection.last_error.empty()) document["last_error"] = text(projection.last_error);
  if (!with_lanes) return document;
  Json lanes = Json::array();
  for (const auto& lane : projection.lanes) lanes.push_back(document_of(lane));
  document["lanes"] = std::move(lanes);
  return document;
}

}  // namespace keel::dashboard
