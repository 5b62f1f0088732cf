#pragma once

#include <caf/actor.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/admission.hpp"

namespace keel::actors {

/// Where calls for a lane go in; closed while nobody serves it. Any thread.
class LaneDoor {
 public:
  void open(caf::actor lane) {
    const std::lock_guard lock(mutex_);
    lane_ = std::move(lane);
  }
  void close() { open(nullptr); }
  /// Null when closed.
  caf::actor lane() const {
    const std::lock_guard lock(mutex_);
    return lane_;
  }

 private:
  mutable std::mutex mutex_;
  caf::actor lane_;
};

/// How calls get to a context.
struct ContextRoute {
  ContextRoute(std::string name, std::size_t cap, std::size_t lanes)
      : context(std::move(name)), gate(cap), doors(lanes) {}

  const std::string context;
  Gate gate;
  std::vector<LaneDoor> doors;
};

}  // namespace keel::actors
