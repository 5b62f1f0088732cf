#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/aggregate.hpp"
#include "domain/reaction.hpp"
#include "journal/event_scan.hpp"
#include "journal/inspection.hpp"
#include "journal/journal.hpp"
#include "replay/finding.hpp"
#include "replay/tally.hpp"

namespace keel::replay {

/// A context as the check needs it.
struct CheckedContext {
  std::string name;
  std::vector<const domain::AggregateKind*> kinds;
};

struct CheckOptions {
  /// Lanes looked at side by side, each through two sessions of its own.
  std::size_t sessions = 2;
  /// Events of one read.
  std::size_t batch = 10'000;
  /// Most aggregates that one session holds in memory. A lane that has more is read again for the rest.
  std::size_t aggregates = 50'000;
  std::int64_t rows_a_page = 5'000;
};

struct CheckSources {
  /// Opened once, for where the lanes end.
  journal::OpenJournal journal;
  /// Both are opened once for each of those who look side by side.
  std::function<Result<std::unique_ptr<journal::Inspection>>()> inspection;
  journal::OpenEventScan scan;
};

/// Holds the whole journal, as it stands at the call, against docs/protocol.md: every lane is dense and in order, every
/// aggregate's versions are too, every event decodes (through its upcasters) and is remembered, every usable snapshot
/// equals the fold of its events, every receipt points at real events, nothing was published or reacted to beyond a
/// lane's head.
///
/// Blocks until it is done, or until `stopping` says so. Reads by short ranges of keys, in memory that does not grow
/// with the journal. `report` is called on several threads, one at a time. A fault ends it: then it proves nothing.
Result<Done> check_journal(const std::vector<CheckedContext>& contexts,
                           const std::vector<const domain::Reactor*>& reactors, const CheckSources& sources,
                           const CheckOptions& options, Tally& tally, const Report& report,
                           const std::atomic<bool>& stopping);

}  // namespace keel::replay
