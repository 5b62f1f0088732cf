#include <algorithm>
#include <limits>

#include "dashboard/operation_documents.hpp"
#include "dashboard/routes.hpp"
#include "replay/rebuild_plan.hpp"

namespace keel::dashboard {
namespace {

constexpr std::int64_t max_rows = 1'000;

Json document_of(const std::string& projection, const query::ParkedStack& stack) {
  const auto& place = stack.place;
  Json document{{"projection", text(projection)},
                {"generation", place.generation},
                {"context", text(place.context)},
                {"lane", place.lane.value},
                {"aggregate_type", text(place.aggregate.type)},
                {"aggregate_id", text(place.aggregate.id)},
                {"position", whole(stack.first.value)},
                {"events", stack.depth},
                {"attempts", stack.attempts},
                {"reason", text(stack.reason)},
                {"parked_at", moment(stack.parked_at)}};
  if (stack.discarded_at) document["discarded_at"] = moment(*stack.discarded_at);
  return document;
}

Reply deeds_of(Services& services, const std::string& projection, const Request& request) {
  const auto limit = number_of(request, "limit", 100, 1, max_rows);
  if (!limit) return limit.refusal();
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  const auto deeds = (*store)->deeds(projection, *limit);
  if (!deeds) return refusal_of(deeds.fault());
  Json list = Json::array();
  for (const auto& deed : *deeds) list.push_back(dashboard::document_of(deed));
  return Json{{"deeds", std::move(list)}};
}

/// How long a rebuild may take: as long as the last one took for each event.
std::optional<double> estimate(replay::ReadStore& store, const std::string& projection, std::int64_t events) {
  const auto operations = store.operations(projection, 5);
  if (!operations) return {};
  for (const auto& operation : *operations) {
    if (operation.state != "done" || !operation.ended_at || operation.events <= 0) continue;
    const std::chrono::duration<double> took = *operation.ended_at - operation.started_at;
    return took.count() * static_cast<double>(events) / static_cast<double>(operation.events);
  }
  return {};
}

Reply plan_of(const query::Projection& projection, replay::ReadStore& store, journal::Journal& journal) {
  const auto row = store.projection(projection.name);
  if (!row) return refusal_of(row.fault());
  if (!*row) return not_found("PROJECTION_NOT_MIGRATED", projection.name + " was never migrated: run `keel migrate`");
  const auto generations = store.generations(projection.name);
  if (!generations) return refusal_of(generations.fault());
  const auto lanes = replay::lanes_to_fold(projection, journal);
  if (!lanes) return refusal_of(lanes.fault());
  std::int64_t events = 0;
  for (const auto& lane : *lanes) events += lane.target.value;
  const std::int64_t latest = generations->empty() ? 0 : generations->back().generation;
  Json document{{"events", whole(events)},
                {"from_version", (*row)->version},
                {"to_version", projection.version},
                {"target_generation", latest + 1},
                {"lanes", lanes->size()}};
  if (const auto seconds = estimate(store, projection.name, events)) document["estimate_seconds"] = *seconds;
  if (const auto why = replay::unfinished(*generations, projection.name); !why.empty())
    document["obstacle"] = text(why);
  return document;
}

}  // namespace

Reply show_projections(Services& services, const Request&) {
  const auto sample = services.gatherer.latest();
  return sample ? Reply(projections_of(**sample)) : Reply(sample.refusal());
}

Reply show_projection(Services& services, const Request& request) {
  const auto named = projection_named(services, request.path.at(1));
  if (!named) return named.refusal();
  const auto sample = services.gatherer.latest();
  if (!sample) return sample.refusal();
  if (const auto* found = (*sample)->projection((*named)->name)) return projection_of(**sample, *found, true);
  return unavailable("PROJECTION_NOT_SEEN", "journal or read store could not be asked for it");
}

Reply show_projection_deeds(Services& services, const Request& request) {
  const auto named = projection_named(services, request.path.at(1));
  return named ? deeds_of(services, (*named)->name, request) : Reply(named.refusal());
}

Reply show_deeds(Services& services, const Request& request) { return deeds_of(services, "", request); }

Reply show_plan(Services& services, const Request& request) {
  const auto named = projection_named(services, request.path.at(1));
  if (!named) return named.refusal();
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  auto journal = services.stores.journal();
  if (!journal) return refusal_of(journal.fault());
  return plan_of(**named, **store, **journal);
}

Reply show_operations(Services& services, const Request&) {
  const auto sample = services.gatherer.latest();
  return sample ? Reply(operations_of(**sample)) : Reply(sample.refusal());
}

Reply show_operation(Services& services, const Request& request) {
  const auto id = number_of("operation", request.path.at(1), 1, std::numeric_limits<std::int64_t>::max());
  if (!id) return id.refusal();
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  const auto found = (*store)->operation(*id);
  if (!found) return refusal_of(found.fault());
  if (*found) return document_of(**found);
  return not_found("OPERATION_NOT_FOUND", "there is no operation " + std::to_string(*id));
}

Reply show_check(Services& services, const Request& request) {
  auto check = services.works.check(request.path.at(1));
  return check ? Reply(*std::move(check)) : Reply(check.refusal());
}

Reply show_parked(Services& services, const Request& request) {
  const auto limit = number_of(request, "limit", 200, 1, max_rows);
  if (!limit) return limit.refusal();
  const auto& wanted = request.parameter("projection");
  if (!wanted.empty()) {
    if (const auto named = projection_named(services, wanted); !named) return named.refusal();
  }
  auto parking = services.stores.parking();
  if (!parking) return refusal_of(parking.fault());
  Json list = Json::array();
  for (const auto& projection : services.parts.projections) {
    if (!wanted.empty() && projection.name != wanted) continue;
    const auto stacks = (*parking)->stacks(projection.name);
    if (!stacks) return refusal_of(stacks.fault());
    for (const auto& stack : *stacks) {
      if (static_cast<std::int64_t>(list.size()) < *limit) list.push_back(document_of(projection.name, stack));
    }
  }
  return Json{{"parked", std::move(list)}};
}

}  // namespace keel::dashboard
