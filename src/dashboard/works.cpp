#include "dashboard/works.hpp"

#include <algorithm>
#include <utility>

#include "replay/rebuild_plan.hpp"

namespace keel::dashboard {
namespace {

Refusal not_migrated(const std::string& projection) {
  return not_found("PROJECTION_NOT_MIGRATED", projection + " was never migrated: run `keel migrate`");
}

Refusal no_such_operation(std::int64_t id) {
  return not_found("OPERATION_NOT_FOUND", "there is no operation " + std::to_string(id));
}

/// Why the operation cannot be gone on with by this code; the projection's lock is held.
std::optional<Refusal> obstacle_of(const replay::Operation& operation, const query::Projection& projection) {
  if (!operation.can_resume()) {
    return conflict("STATE_CONFLICT", "operation " + std::to_string(operation.id) + " is " + operation.state +
                                          ": there is nothing to go on with");
  }
  if (operation.version == projection.version) return {};
  return conflict("STATE_CONFLICT", "it was begun by version " + std::to_string(operation.version) +
                                        " of the projection, this is " + std::to_string(projection.version) +
                                        ": drop its generation and rebuild anew");
}

}  // namespace

Works::~Works() { stop(); }

void Works::stop() {
  ended_ = true;
  std::list<Job> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (auto& job : jobs) job.thread.join();
}

std::optional<Refusal> Works::obstacle(const std::string& projection) {
  if (ended_) return unavailable("STOPPING", "this dashboard is about to end");
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const bool over = job->over;
    if (over) job->thread.join();
    job = over ? jobs_.erase(job) : std::next(job);
  }
  if (std::ranges::count(jobs_, projection, &Job::projection) > 0) {
    return conflict("STATE_CONFLICT",
                    "this dashboard works at '" + projection + "' now: wait for its end, or cancel it");
  }
  if (jobs_.size() < options_.at_once) return {};
  return conflict("TOO_MUCH_WORK", "this dashboard does as much at once as it may: wait until something has ended");
}

std::optional<Refusal> Works::may_begin(const std::string& projection) {
  const std::lock_guard lock(mutex_);
  return obstacle(projection);
}

std::optional<Refusal> Works::begin(const std::string& projection, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (auto refusal = obstacle(projection)) return refusal;
  auto& job = jobs_.emplace_back();
  job.projection = projection;
  job.thread = std::thread([&job, work = std::move(work)]() mutable {
    work();
    job.over = true;
    work = {};  // with it goes the projection's lock; whoever begins the next work joins this thread first
  });
  return {};
}

Outcome<std::int64_t> Works::rebuild(const query::Projection& projection, const replay::Deed& deed) {
  const std::lock_guard beginning(beginning_);
  if (auto refusal = may_begin(projection.name)) return *std::move(refusal);
  auto journal = stores_.journal();
  if (!journal) return refusal_of(journal.fault());
  const auto total = replay::events_to_fold(projection, **journal);
  if (!total) return refusal_of(total.fault());
  auto opened = stores_.for_work();
  if (!opened) return refusal_of(opened.fault());
  const std::shared_ptr<replay::ReadStore> store = *std::move(opened);
  if (const auto claimed = store->claim(projection.name); !claimed) return refusal_of(claimed.why());
  const auto generations = store->generations(projection.name);
  if (!generations) return refusal_of(generations.fault());
  if (generations->empty()) return not_migrated(projection.name);
  if (auto why = replay::unfinished(*generations, projection.name); !why.empty()) {
    return conflict("STATE_CONFLICT", std::move(why));
  }
  const auto begun = store->begin_rebuild(projection, parts_.worker, *total, deed);
  if (!begun) return refusal_of(begun.fault());
  auto work = [this, &projection, operation = *begun, store, deed] { run_rebuild(projection, operation, store, deed); };
  if (const auto refusal = begin(projection.name, std::move(work))) return *refusal;
  return begun->id;
}

Outcome<Done> Works::resume(std::int64_t id, replay::Deed deed) {
  const std::lock_guard beginning(beginning_);
  auto opened = stores_.for_work();
  if (!opened) return refusal_of(opened.fault());
  const std::shared_ptr<replay::ReadStore> store = *std::move(opened);
  const auto asked = store->operation(id);
  if (!asked) return refusal_of(asked.fault());
  if (!*asked) return no_such_operation(id);
  const auto* projection = find_projection(parts_, (*asked)->projection);
  if (projection == nullptr) return not_found("PROJECTION_NOT_FOUND", "this build has no such projection");
  if (auto refusal = may_begin(projection->name)) return *std::move(refusal);
  if (const auto claimed = store->claim(projection->name); !claimed) return refusal_of(claimed.why());
  const auto found = store->operation(id);
  if (!found) return refusal_of(found.fault());
  auto operation = **found;
  operation.alive = false;  // we hold the lock
  if (auto refusal = obstacle_of(operation, *projection)) return *std::move(refusal);
  const auto so_far = replay::folded(*store, operation);
  if (!so_far) return refusal_of(so_far.fault());
  operation.events = *so_far;
  deed.projection = projection->name;
  deed.generation = operation.generation;
  deed.operation = id;
  const auto taken = store->take_up(operation, parts_.worker, operation.total, deed);
  if (!taken) return refusal_of(taken.fault());
  auto work = [this, projection, operation, store, deed] { run_rebuild(*projection, operation, store, deed); };
  if (auto refusal = begin(projection->name, std::move(work))) return *std::move(refusal);
  return Done{};
}

void Works::run_rebuild(const query::Projection& projection, const replay::Operation& operation,
                        const std::shared_ptr<replay::ReadStore>& store, const replay::Deed& deed) const {
  // How it ended stands in its row, and in the log.
  replay::rebuild(
      parts_.rebuild_parts(projection), options_.rebuild, operation, *store, deed, [this] { return ended_.load(); },
      [](const auto&) {});
}

}  // namespace keel::dashboard
