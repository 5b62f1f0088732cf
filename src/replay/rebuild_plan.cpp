#include "replay/rebuild_plan.hpp"

#include "replay/rebuild.hpp"

namespace keel::replay {

Result<std::int64_t> events_to_fold(const query::Projection& projection, journal::Journal& journal) {
  const auto lanes = lanes_to_fold(projection, journal);
  if (!lanes) return lanes.fault();
  std::int64_t total = 0;
  for (const auto& lane : *lanes) total += lane.target.value;
  return total;
}

std::string unfinished(const std::vector<GenerationRow>& generations, const std::string& name) {
  for (const auto& row : generations) {
    const std::string number = std::to_string(row.generation);
    const std::string drop = "drop it (`keel replay drop " + name + " --generation " + number + "`)";
    if (row.state == "filling") {
      return "generation " + number + " was not filled to its end: resume its operation (`keel replay status`), or " +
             drop;
    }
    if (!row.live && !row.previous) return "generation " + number + " waits for its promotion: promote it, or " + drop;
  }
  return {};
}

Result<std::int64_t> folded(ReadStore& store, const Operation& operation) {
  const auto lanes = store.lanes(operation.projection, operation.generation);
  if (!lanes) return lanes.fault();
  std::int64_t events = 0;
  for (const auto& lane : *lanes) events += lane.position.value;
  return events;
}

}  // namespace keel::replay
