#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load.hpp"
#include "bench/operator_tool.hpp"
#include "bench/setup.hpp"
#include "bench/switch_watch.hpp"
#include "bench/visibility_check.hpp"

namespace keel::bench {

/// What `keel replay rebuild` says that it did.
struct Rebuilt {
  std::int64_t generation = 0;
  /// Events, and the seconds that they took.
  Outcome folding;
  /// Of the tool alone.
  double cpu_seconds = 0;
};

/// Brings the projections up whose journal `prepare_rebuild` filled: rebuilds, verifies and promotes them with nobody
/// about, and lets the projectors go on. Answers how the carts went. Blocks. Throws std::runtime_error when a step
/// fails.
Rebuilt bring_up(const Setup& setup, const OperatorTool& tool);

/// What the loads came to while something was done beside them.
struct LoadedPart {
  std::string name;
  Outcome commands;
  Outcome queries;
};

struct LiveRebuild {
  /// Under the load, as the rebuild's reference.
  Outcome raw_reading;
  Rebuilt rebuilt;
  double verify_seconds = 0;
  double promote_seconds = 0;
  /// From the rebuild's begin until a query was answered from the new generation.
  double seconds_to_be_seen = 0;
  /// Which step failed, and how; then nothing came after it. Empty when none did.
  std::string failed;
  std::vector<LoadedPart> parts;
  VisibilityCheck::Found visibility;
  SwitchWatch::Found lists;
};

/// Presses with commands and queries, and rebuilds, verifies and promotes the carts meanwhile. Part by part: "warming
/// up", "alone", "raw reading", "rebuild", "verify", "promote", "afterwards". Blocks. Throws std::runtime_error when
/// the loads cannot begin.
LiveRebuild rebuild_under_load(const Setup& setup, const OperatorTool& tool);

}  // namespace keel::bench
