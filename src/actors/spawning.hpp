#pragma once

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <utility>

#include "actors/surroundings.hpp"

namespace keel::actors {

/// Starts an actor that blocks in calls to the journal or to Kafka: on a thread of its own, never on a scheduler's.
template <class Actor, class... Args>
caf::actor spawn_blocking(caf::event_based_actor& supervisor, const Setting& setting, Args&&... args) {
  if (setting.threads) {
    return supervisor.home_system().spawn<Actor, caf::detached>(setting, std::forward<Args>(args)...);
  }
  return supervisor.home_system().spawn<Actor>(setting, std::forward<Args>(args)...);
}

}  // namespace keel::actors
