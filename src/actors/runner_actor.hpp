#pragma once

#include <caf/event_based_actor.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "actors/bells.hpp"
#include "actors/messages.hpp"
#include "actors/runner.hpp"
#include "actors/surroundings.hpp"

namespace keel::actors {

/// Reaches a runner that is busy in `run`, from its supervisor. Any thread.
class RunnerControl {
 public:
  /// False: it was stopped before it began.
  bool began(Runner& runner) {
    const std::lock_guard lock(mutex_);
    runner_ = &runner;
    return !stopped_;
  }
  void ended() {
    const std::lock_guard lock(mutex_);
    runner_ = nullptr;
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (runner_ != nullptr) runner_->stop();
  }
  /// Stops it, so that its thread then throws this.
  void crash(std::string cause) {
    {
      const std::lock_guard lock(mutex_);
      crash_ = std::move(cause);
    }
    stop();
  }
  std::optional<std::string> crash() const {
    const std::lock_guard lock(mutex_);
    return crash_;
  }

 private:
  mutable std::mutex mutex_;
  Runner* runner_ = nullptr;
  bool stopped_ = false;
  std::optional<std::string> crash_;
};

struct RunnerParts {
  const HostedService* service;
  LanesByContext held;
  std::shared_ptr<Bells> bells;
  std::shared_ptr<RunnerControl> control;
};

/// The thread of one hosted service: makes its runner, runs it once, and ends as it ended.
class RunnerActor final : public caf::event_based_actor {
 public:
  RunnerActor(caf::actor_config& config, const Setting& setting, RunnerParts parts);
  const char* name() const override { return "runner"; }

 private:
  caf::behavior make_behavior() override;
  Result<Done> run_once();

  RunnerParts parts_;
};

}  // namespace keel::actors
