#include <algorithm>
#include <utility>

#include "dashboard/deeds.hpp"
#include "dashboard/routes.hpp"
#include "replay/parked_retry.hpp"

namespace keel::dashboard {
namespace {

using query::UnparkOutcome;

constexpr std::size_t max_name_bytes = 256;

/// What is parked of one aggregate, in every generation that parks it.
struct Subject {
  const query::Projection* projection = nullptr;
  Body body;
  replay::Deed deed;
  AggregateRef aggregate;
  std::unique_ptr<query::Parking> parking;
  std::vector<query::ParkedStack> stacks;
};

Outcome<AggregateRef> aggregate_of(const Body& body) {
  auto type = body.text("aggregate_type", max_name_bytes);
  if (!type) return type.refusal();
  auto id = body.text("aggregate_id", max_name_bytes);
  if (!id) return id.refusal();
  return AggregateRef{*std::move(type), *std::move(id)};
}

Outcome<Subject> subject_of(const Services& services, const Request& request, const std::string& action) {
  auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto name = body->text("projection", max_name_bytes);
  if (!name) return name.refusal();
  const auto named = projection_named(services, *name);
  if (!named) return named.refusal();
  auto aggregate = aggregate_of(*body);
  if (!aggregate) return aggregate.refusal();
  auto deed = deed_of(request, *body, action, *name);
  if (!deed) return deed.refusal();
  deed->target = aggregate->type + "/" + aggregate->id;
  auto parking = services.stores.parking();
  if (!parking) return refusal_of(parking.fault());
  auto stacks = (*parking)->stacks(*name);
  if (!stacks) return refusal_of(stacks.fault());
  std::erase_if(*stacks, [&](const auto& stack) { return stack.place.aggregate != *aggregate; });
  if (stacks->empty()) return not_found("NOTHING_PARKED", *name + " has nothing parked of " + deed->target);
  return Subject{
      *named, *std::move(body), *std::move(deed), *std::move(aggregate), *std::move(parking), *std::move(stacks)};
}

/// Another version's rows are not this code's to write.
std::optional<Refusal> other_version(Services& services, const Subject& subject) {
  auto store = services.stores.read();
  if (!store) return dashboard::refusal_of(store.fault());
  const auto generations = (*store)->generations(subject.projection->name);
  if (!generations) return refusal_of(generations.fault());
  for (const auto& row : *generations) {
    const bool concerned = std::ranges::any_of(
        subject.stacks, [&](const auto& stack) { return stack.place.generation == row.generation; });
    if (!concerned || row.version == subject.projection->version) continue;
    return conflict("STATE_CONFLICT", "generation " + std::to_string(row.generation) + " was made by version " +
                                          std::to_string(row.version) + " of the projection, this is version " +
                                          std::to_string(subject.projection->version));
  }
  return {};
}

std::optional<Refusal> refusal_of(const replay::Retried& retried) {
  switch (retried.outcome) {
    case UnparkOutcome::done:
    case UnparkOutcome::nothing_parked:
      return {};
    case UnparkOutcome::poison: {
      const auto& poison = retried.poison;
      const std::string at = poison.position ? " at " + std::to_string(poison.position->value) : std::string();
      return conflict("STILL_POISON", "still poison" + at + ": " + poison.why);
    }
    case UnparkOutcome::fault:
      return dashboard::refusal_of(retried.fault);
  }
  return {};
}

/// One generation after the other; the first that fails ends it, those before it are done.
std::optional<Refusal> retry_all(const Subject& subject, journal::Journal& journal) {
  for (const auto& stack : subject.stacks) {
    const auto retried = replay::ParkedRetry(*subject.projection, journal, *subject.parking, stack.place).retry();
    if (auto refusal = refusal_of(retried)) return refusal;
  }
  return {};
}

std::optional<Refusal> discard_all(const Subject& subject) {
  for (const auto& stack : subject.stacks) {
    const auto discarded = subject.parking->discard(subject.projection->name, stack.place);
    if (!discarded) return dashboard::refusal_of(discarded.fault());
  }
  return {};
}

}  // namespace

Reply retry_parked(Services& services, const Request& request) {
  const auto subject = subject_of(services, request, "parked retry");
  if (!subject) return subject.refusal();
  if (const auto refusal = other_version(services, *subject)) return *refusal;
  auto journal = services.stores.journal();
  if (!journal) return dashboard::refusal_of(journal.fault());
  return audited(services, subject->deed, [&] { return retry_all(*subject, **journal); });
}

Reply discard_parked(Services& services, const Request& request) {
  const auto subject = subject_of(services, request, "parked discard");
  if (!subject) return subject.refusal();
  if (const auto refusal = subject->body.confirmed(subject->aggregate.id)) return *refusal;
  return audited(services, subject->deed, [&] { return discard_all(*subject); });
}

}  // namespace keel::dashboard
