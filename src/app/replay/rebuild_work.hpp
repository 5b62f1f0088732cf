#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "app/replay/interrupt.hpp"
#include "app/replay/operator_command.hpp"
#include "app/replay/several.hpp"
#include "query/projection.hpp"
#include "replay/rebuild.hpp"

namespace keel::app {

// What `rebuild` and `resume` share: how the work is to be done, and the work itself.

struct RebuildWork {
  replay::RebuildOptions options;
  std::chrono::seconds progress_interval{10};
};

/// The flags that say how it works.
std::vector<Option> rebuild_work_options(std::vector<Option> more = {});
/// What they say; else complains, and answers nothing.
std::optional<RebuildWork> rebuild_work(const CommandCall& call);

/// Fills the operation's generation while it tells progress, adds what came of it to the results, and answers how it
/// ended: `interrupted` when it was interrupted or cancelled. `store` holds the projection's lock.
Exit work_off(CommandCall& call, Results& results, const query::Projection& projection, const RebuildWork& work,
              const replay::Operation& operation, replay::ReadStore& store, const replay::Deed& deed,
              const Interrupt& interrupt);

}  // namespace keel::app
