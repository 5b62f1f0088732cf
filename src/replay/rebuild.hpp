#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/event_scan.hpp"
#include "journal/journal.hpp"
#include "query/projection.hpp"
#include "query/projection_store.hpp"
#include "replay/lane_rebuild.hpp"
#include "replay/read_store.hpp"

namespace keel::replay {

struct RebuildParts {
  query::Projection projection;
  query::OpenProjectionStore store;
  journal::OpenJournal journal;
  journal::OpenEventScan scan;
};

struct RebuildOptions {
  std::size_t workers = 3;
  /// Of all workers together.
  std::size_t bytes = 1UL << 30U;
  /// Events a second; 0: as fast as it goes.
  std::int64_t rate = 0;
  std::size_t chunk = 20'000;
  std::size_t max_parked = 10;
};

struct RebuildEnd {
  /// done, stopped (told to end), failed
  std::string state;
  /// Why it failed.
  std::optional<Fault> fault;
  std::int64_t events = 0;
  /// Events that are parked, of this run.
  std::int64_t parked = 0;
  double seconds = 0;
};

/// Where every lane of the projection's contexts ends now.
Result<std::vector<LaneTask>> lanes_to_fold(const query::Projection& projection, journal::Journal& journal);

/// Fills the operation's generation: loads every lane, several at once, makes the indices, folds what came meanwhile,
/// and hands the generation to the projectors, who go on from its checkpoints: no event is lost or folded twice,
/// because a lane's rows and its checkpoint change together, from the checkpoint that was believed in.
///
/// Killed at any moment, it is gone on with by running it again on the same operation. `store` must hold the
/// projection's lock. `ended` is asked all the time (a signal); `tell` is called twice a second on this thread.
RebuildEnd rebuild(const RebuildParts& parts, const RebuildOptions& options, Operation operation, ReadStore& store,
                   const Deed& deed, const std::function<bool()>& ended,
                   const std::function<void(const Operation&)>& tell);

}  // namespace keel::replay
