#include "query/projector_set.hpp"

#include <algorithm>
#include <utility>

#include "ops/log.hpp"

namespace keel::query {

ProjectorSet::ProjectorSet(Projection projection, MakeSources sources, ProjectorOptions options)
    : projection_(std::move(projection)),
      sources_(std::move(sources)),
      options_(std::move(options)),
      outdated_(ops::metrics().gauge("keel_projection_outdated",
                                     "1 when the live generation is of another version than this process's code",
                                     {{"projection", projection_.name}})) {}

ProjectorSet::~ProjectorSet() { stop(); }

void ProjectorSet::start() {
  thread_ = std::thread([this] { run(); });
}

void ProjectorSet::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  awake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (auto& [generation, projector] : projectors_) projector->stop();
}

ProjectorSetStatus ProjectorSet::status() const {
  const std::lock_guard lock(mutex_);
  ProjectorSetStatus status{projection_.name, live_, reason_, {}};
  for (const auto& [generation, projector] : projectors_) status.generations.push_back(projector->status());
  return status;
}

void ProjectorSet::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    awake_.wait_for(lock, options_.look_every, [this] { return stopping_; });
  }
}

void ProjectorSet::look() {
  if (store_ && !store_->usable()) store_.reset();
  if (!store_) {
    auto opened = sources_(0).store();
    if (!opened) return tell({}, opened.fault().what);
    store_ = *std::move(opened);
  }
  const auto fed = store_->fed(projection_.name);
  if (!fed) return tell({}, fed.fault().what);
  settle(*fed);
  tell(fed->empty() ? std::nullopt : std::optional(fed->front()), why_not_kept_up(*fed));
}

/// Starts and ends projectors so that there is one for each generation of our version.
void ProjectorSet::settle(const std::vector<FedGeneration>& fed) {
  const auto ours = [&](std::int64_t generation) {
    return std::ranges::any_of(fed, [&](const FedGeneration& one) {
      return one.generation == generation && one.version == projection_.version;
    });
  };
  std::vector<std::unique_ptr<Projector>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = projectors_.begin(); at != projectors_.end();) {
      if (ours(at->first)) {
        ++at;
        continue;
      }
      ended.push_back(std::move(at->second));
      at = projectors_.erase(at);
    }
    for (const auto& one : fed) {
      if (one.version != projection_.version || projectors_.contains(one.generation)) continue;
      auto options = options_;
      options.generation = one.generation;
      const auto made = projectors_.emplace(
          one.generation, std::make_unique<Projector>(projection_, sources_(one.generation), std::move(options)));
      made.first->second->start();
      log::info("projector", "keeps up a generation",
                {{"projection", projection_.name}, {"generation", one.generation}});
    }
  }
  for (const auto& projector : ended) {
    projector->stop();
    log::info("projector", "a generation is not fed any more", {{"projection", projection_.name}});
  }
}

std::string ProjectorSet::why_not_kept_up(const std::vector<FedGeneration>& fed) const {
  if (fed.empty()) return "the read store does not know this projection: run `keel migrate`";
  const auto& live = fed.front();
  if (live.version == projection_.version) return {};
  return "outdated: the live generation " + std::to_string(live.generation) + " is of version " +
         std::to_string(live.version) + ", this code of version " + std::to_string(projection_.version) +
         "; a process of that version must keep it up until a rebuilt generation is promoted (`keel replay rebuild " +
         projection_.name + "`)";
}

void ProjectorSet::tell(std::optional<FedGeneration> live, std::string reason) {
  outdated_.set(live && live->version != projection_.version ? 1 : 0);
  const std::lock_guard lock(mutex_);
  if (!reason.empty() && reason != reason_) {
    log::warn("projector", "does not keep up the live generation", {{"projection", projection_.name}, {"why", reason}});
  }
  live_ = live;
  reason_ = std::move(reason);
}

}  // namespace keel::query
