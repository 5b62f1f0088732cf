#pragma once

#include <caf/actor.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admission.hpp"
#include "actors/engine.hpp"
#include "actors/live_aggregate.hpp"

namespace keel::actors {

/// What every actor of an engine may look at. Immutable while actors live.
struct Setting {
  EngineOptions options;
  LiveOptions live;
  journal::Owner owner;
  std::int32_t lane_count = 16;
  journal::OpenJournal open_writer;
  journal::OpenJournal open_loader;
  journal::OpenJournal open_owner;
  ops::SupervisionRegistry* registry = nullptr;
  ops::Metrics* metrics = nullptr;
  Clock clock = system_now;
  /// Actors that block get a thread of their own; not in tests, where everything runs on the caller's.
  bool threads = true;
};

/// Whom a lane and its aggregates talk to.
struct LaneSurroundings {
  const Setting& setting;
  std::string_view context;
  Lane lane;
  caf::actor lane_actor;
  caf::actor writer;
  caf::actor load_desk;
};

}  // namespace keel::actors
