#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ops/metrics.hpp"
#include "query/projector.hpp"

namespace keel::query {

/// What one process does for a projection.
struct ProjectorSetStatus {
  std::string projection;
  /// Nothing: it was never migrated, or could not be looked at yet.
  std::optional<FedGeneration> live;
  /// Why the live generation is not kept up by this process; else empty.
  std::string reason;
  /// One for each generation that this process keeps up.
  std::vector<ProjectorStatus> generations;
};

/// Keeps up every generation of a projection that is fed and was made by this code's version: the live one, one that is
/// about to be promoted, one that is kept for a roll-back. Each has a projector of its own, so a promotion changes
/// nothing here: it only says which of them is queried. Looks once a second at which there are.
///
/// When the live generation is of another version, it says so in log, metric (`keel_projection_outdated`) and status,
/// and leaves it to a process of that version.
class ProjectorSet {
 public:
  /// What a projector of this generation is connected to.
  using MakeSources = std::function<Projector::Sources(std::int64_t generation)>;

  ProjectorSet(Projection projection, MakeSources sources, ProjectorOptions options);
  /// Stops and joins.
  ~ProjectorSet();

  /// Once.
  void start();
  /// Ends every projector after its batch in hand. Any thread.
  void stop();
  /// Any thread.
  ProjectorSetStatus status() const;

 private:
  void run();
  void look();
  void settle(const std::vector<FedGeneration>& fed);
  std::string why_not_kept_up(const std::vector<FedGeneration>& fed) const;
  void tell(std::optional<FedGeneration> live, std::string reason);

  const Projection projection_;
  const MakeSources sources_;
  const ProjectorOptions options_;
  const ops::Gauge outdated_;
  std::unique_ptr<ProjectionStore> store_;

  mutable std::mutex mutex_;
  std::condition_variable awake_;
  bool stopping_ = false;
  std::map<std::int64_t, std::unique_ptr<Projector>> projectors_;
  std::optional<FedGeneration> live_;
  std::string reason_ = "starting";
  std::thread thread_;
};

}  // namespace keel::query
