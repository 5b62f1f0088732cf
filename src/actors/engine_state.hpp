#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"

namespace keel::actors {

/// Where an engine stands, for readiness probes and for people.
struct EngineState {
  enum class Stage {
    /// Made, not yet started.
    made,
    /// Does not own the lanes and tries for them; `rivals` or `why` say what stands in the way.
    standby,
    /// Owns every lane and takes commands.
    owning,
    /// Takes no new commands; those on their way end.
    stopping,
    /// Gave the lanes back.
    stopped,
    /// A supervisor at the top gave up: the process cannot go on and should end.
    failed,
  };

  Stage stage = Stage::made;
  std::vector<journal::Rival> rivals;
  /// For operators; empty when there is nothing to say.
  std::string why;
};

std::string_view name_of(EngineState::Stage stage);

}  // namespace keel::actors
