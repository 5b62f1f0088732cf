#include <algorithm>
#include <utility>

#include "dashboard/works.hpp"
#include "ops/log.hpp"

namespace keel::dashboard {
namespace {

constexpr std::string_view logger = "dashboard";
constexpr std::size_t max_left_out = 100;

Json document_of(const replay::Difference& difference) {
  Json document{{"kind", name_of(difference.kind)},
                {"table", text(difference.table)},
                {"lane", difference.lane.value},
                {"key", text(difference.key)}};
  if (!difference.column.empty()) document["column"] = text(difference.column);
  document["found"] = text(difference.found);
  document["expected"] = text(difference.expected);
  return document;
}

std::string what_of(const std::variant<replay::Refused, Fault>& why) {
  if (const auto* fault = std::get_if<Fault>(&why)) return fault->what;
  return std::get<replay::Refused>(why).why;
}

}  // namespace

/// A verification, as far as it is. Written by its thread.
struct Works::Check {
  const std::string projection;
  const std::int64_t generation;
  mutable std::mutex mutex;
  /// running, done, failed, stopped
  std::string state = "running";
  std::int64_t events = 0;
  std::int64_t total = 0;
  replay::Verification found;
  std::string problem;

  Check(std::string of_projection, std::int64_t of_generation)
      : projection(std::move(of_projection)), generation(of_generation) {}

  void ends(std::string how, std::string why = {}) {
    const std::lock_guard lock(mutex);
    state = std::move(how);
    problem = std::move(why);
  }

  Json document() const {
    const std::lock_guard lock(mutex);
    Json differences = Json::array();
    for (const auto& difference : found.differences) differences.push_back(document_of(difference));
    Json left_out = Json::array();
    for (const auto& aggregate : found.left_out) {
      if (left_out.size() < max_left_out) left_out.push_back(text(aggregate));
    }
    Json shown{{"state", state},
               {"projection", text(projection)},
               {"generation", generation},
               {"events", whole(events)},
               {"total", whole(total)},
               {"rows", whole(found.rows)},
               {"different", whole(found.different)},
               {"differences", std::move(differences)},
               {"left_out", std::move(left_out)},
               {"seconds", found.seconds}};
    if (!problem.empty()) shown["problem"] = text(problem);
    return shown;
  }
};

Outcome<Json> Works::check(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, check] : checks_) {
    if (std::to_string(number) == id) return check->document();
  }
  return not_found("CHECK_NOT_FOUND", "this dashboard knows of no such check; they are gone when it is started again");
}

Outcome<std::string> Works::verify(const query::Projection& projection, std::optional<std::int64_t> generation,
                                   replay::Deed deed) {
  const std::lock_guard beginning(beginning_);
  const auto chosen = generation_to_verify(projection, generation);
  if (!chosen) return chosen.refusal();
  deed.generation = *chosen;
  const auto check = remember(projection.name, *chosen);
  const auto id = std::to_string(last_check_);
  auto work = [this, &projection, check, deed] { run_check(projection, check, deed); };
  if (auto refusal = begin(projection.name, std::move(work))) {
    check->ends("failed", refusal->message);
    return *std::move(refusal);
  }
  return id;
}

std::shared_ptr<Works::Check> Works::remember(const std::string& projection, std::int64_t generation) {
  const std::lock_guard lock(mutex_);
  auto check = std::make_shared<Check>(projection, generation);
  checks_[++last_check_] = check;
  while (checks_.size() > options_.checks_kept) checks_.erase(checks_.begin());
  return check;
}

Outcome<std::int64_t> Works::generation_to_verify(const query::Projection& projection,
                                                  std::optional<std::int64_t> generation) {
  auto store = stores_.read();
  if (!store) return refusal_of(store.fault());
  const auto generations = (*store)->generations(projection.name);
  if (!generations) return refusal_of(generations.fault());
  for (const auto& row : *generations) {
    if (generation ? row.generation != *generation : !row.live) continue;
    if (row.state == "filling") return conflict("STATE_CONFLICT", "this generation is not filled yet");
    if (row.version == projection.version) return row.generation;
    return conflict("STATE_CONFLICT", "this generation was made by version " + std::to_string(row.version) +
                                          " of the projection, this code is version " +
                                          std::to_string(projection.version));
  }
  return not_found("GENERATION_NOT_FOUND", "there is no such generation of " + projection.name);
}

Result<Uuid> Works::incarnation() {
  auto journal = stores_.journal();
  if (!journal) return journal.fault();
  const auto identity = (*journal)->identity();
  if (!identity) return identity.fault();
  return identity->incarnation;
}

void Works::run_check(const query::Projection& projection, const std::shared_ptr<Check>& check, replay::Deed deed) {
  const auto journal = incarnation();
  if (!journal) return check->ends("failed", journal.fault().what);
  auto found = replay::verify(
      parts_.verify_parts(projection), check->generation, *journal, options_.verify, [this] { return ended_.load(); },
      [&](std::int64_t events, std::int64_t total) {
        const std::lock_guard lock(check->mutex);
        check->events = events;
        check->total = total;
      });
  if (ended_) return check->ends("stopped", "the dashboard was asked to end");
  if (!found) return check->ends("failed", what_of(found.why()));
  {
    const std::lock_guard lock(check->mutex);
    check->found = *std::move(found);
    check->events = check->found.events;
    check->total = std::max(check->total, check->events);
  }
  const auto noted = note(*check, projection, std::move(deed));
  if (!noted) return check->ends("failed", noted.fault().what);
  check->ends("done");
  log::info(
      logger, "a verification has ended",
      {{"projection", projection.name}, {"generation", check->generation}, {"different", check->found.different}});
}

Result<Done> Works::note(Check& check, const query::Projection& projection, replay::Deed deed) {
  deed.result = std::to_string(check.found.different) + " differences";
  const auto store = stores_.for_work();
  if (!store) return store.fault();
  if (check.found.different == 0) return (*store)->note_verified(projection.name, check.generation, deed);
  return (*store)->note(deed);
}

}  // namespace keel::dashboard
