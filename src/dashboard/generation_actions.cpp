#include <algorithm>
#include <utility>

#include "dashboard/deeds.hpp"
#include "dashboard/routes.hpp"
#include "replay/promotion.hpp"

namespace keel::dashboard {
namespace {

using replay::GenerationRow;

/// How long queries may take to leave a generation that is to be dropped.
constexpr std::chrono::milliseconds drop_patience{5'000};

/// A projection whose generations are to be switched, with its lock held until this goes.
struct Subject {
  const query::Projection* projection = nullptr;
  Body body;
  replay::Deed deed;
  std::unique_ptr<replay::ReadStore> store;
  replay::ProjectionRow row;
  std::vector<GenerationRow> generations;
};

Outcome<Subject> subject_of(const Services& services, const Request& request, const std::string& action) {
  auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto named = projection_named(services, request.path.at(1));
  if (!named) return named.refusal();
  const auto& name = (*named)->name;
  auto deed = deed_of(request, *body, action, name);
  if (!deed) return deed.refusal();
  if (const auto refusal = body->confirmed(name)) return *refusal;
  auto store = services.stores.for_work();
  if (!store) return refusal_of(store.fault());
  if (const auto claimed = (*store)->claim(name); !claimed) return refusal_of(claimed.why());
  const auto row = (*store)->projection(name);
  if (!row) return refusal_of(row.fault());
  if (!*row) return not_found("PROJECTION_NOT_MIGRATED", name + " was never migrated: run `keel migrate`");
  auto generations = (*store)->generations(name);
  if (!generations) return refusal_of(generations.fault());
  return Subject{*named, *std::move(body), *std::move(deed), *std::move(store), **row, *std::move(generations)};
}

Outcome<GenerationRow> generation_of(const Subject& subject, std::optional<std::int64_t> number) {
  if (!number) return bad_field("generation", "is missing");
  const auto found = std::ranges::find(subject.generations, *number, &GenerationRow::generation);
  if (found != subject.generations.end()) return *found;
  return not_found("GENERATION_NOT_FOUND", "there is no generation " + std::to_string(*number));
}

Outcome<GenerationRow> named_generation(const Subject& subject) {
  const auto number = subject.body.number("generation");
  if (!number) return number.refusal();
  return generation_of(subject, *number);
}

/// Whether its checkpoints are of the journal as it is now.
Outcome<bool> of_this_journal(Services& services, const Subject& subject, const GenerationRow& row) {
  auto journal = services.stores.journal();
  if (!journal) return refusal_of(journal.fault());
  const auto identity = (*journal)->identity();
  if (!identity) return refusal_of(identity.fault());
  const auto lanes = subject.store->lanes(subject.projection->name, row.generation);
  if (!lanes) return refusal_of(lanes.fault());
  return std::ranges::all_of(*lanes, [&](const auto& lane) { return lane.incarnation == identity->incarnation; });
}

/// Why it may not be promoted as things stand; forced, only what would destroy something is in the way.
std::optional<Refusal> obstacle(Services& services, const Subject& subject, const GenerationRow& row, bool forced) {
  const std::string number = "generation " + std::to_string(row.generation);
  if (row.live) return conflict("STATE_CONFLICT", number + " is live already");
  if (row.state == "filling") return conflict("STATE_CONFLICT", number + " is not filled yet");
  if (forced) return {};
  if (!row.verified_at && !row.previous) {
    return conflict("NOT_VERIFIED", number + " was not verified since its rebuild: verify it, or force it");
  }
  const auto current = of_this_journal(services, subject, row);
  if (!current) return current.refusal();
  if (*current) return {};
  return conflict("STATE_CONFLICT", number + " was folded from another incarnation of the journal");
}

Reply switch_to(Services& services, Subject& subject, const GenerationRow& row) {
  replay::SwitchRules rules;
  rules.forced = subject.body.yes("force");
  subject.deed.generation = row.generation;
  if (const auto refusal = obstacle(services, subject, row, rules.forced)) return *refusal;
  const replay::Switch wanted{subject.projection->name, subject.row.live, row.generation};
  const auto switched = replay::switch_live(*subject.store, wanted, rules, subject.deed);
  return switched ? done(services) : Reply(refusal_of(switched.why()));
}

}  // namespace

Reply promote_generation(Services& services, const Request& request) {
  auto subject = subject_of(services, request, "promote");
  if (!subject) return subject.refusal();
  const auto row = named_generation(*subject);
  return row ? switch_to(services, *subject, *row) : Reply(row.refusal());
}

Reply roll_back(Services& services, const Request& request) {
  auto subject = subject_of(services, request, "rollback");
  if (!subject) return subject.refusal();
  if (!subject->row.previous) return conflict("STATE_CONFLICT", "there is no generation to go back to");
  const auto row = generation_of(*subject, subject->row.previous);
  return row ? switch_to(services, *subject, *row) : Reply(row.refusal());
}

Reply drop_generation(Services& services, const Request& request) {
  auto subject = subject_of(services, request, "drop");
  if (!subject) return subject.refusal();
  const auto row = named_generation(*subject);
  if (!row) return row.refusal();
  subject->deed.generation = row->generation;
  if (row->live) return conflict("STATE_CONFLICT", "this generation is live");
  const auto dropped = subject->store->drop(*subject->projection, row->generation, drop_patience, subject->deed);
  return dropped ? done(services) : Reply(refusal_of(dropped.why()));
}

}  // namespace keel::dashboard
