#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "domain/aggregate.hpp"
#include "journal/journal.hpp"
#include "ops/actor_control.hpp"

namespace keel::actors {

/// An aggregate's memory, as the journal has it.
struct Restored {
  std::unique_ptr<domain::Message> state;
  Version version;
  /// Version of the snapshot that it began with; 0 without one.
  Version snapshot;
  /// Server time at which the load began: every receipt from before it was there to be seen.
  Timestamp began;
  /// Receipts of the request ids that were asked for along with it; those that exist.
  std::vector<journal::Receipt> receipts;
  /// Bytes of events still to come before another snapshot is worth its bytes; see `LiveAggregate`.
  std::size_t until_snapshot = 0;
};

/// The aggregate's history cannot be remembered: an unknown event, bytes that do not decode, a hole, a rule that threw.
/// To load it again would not help; a person must look.
struct Unreadable {
  std::string cause;
  ops::Breakage broken_by;
};

/// What a load came to. The fault is the journal's, and passes.
using LoadResult = std::variant<Restored, Unreadable, Fault>;

/// Folds the pieces of one aggregate's history. A snapshot that turns out to be broken is left aside and the history is
/// read from its beginning: a cache is never fatal.
class Restoration {
 public:
  Restoration(const domain::AggregateKind& kind, AggregateRef aggregate, Lane lane, std::vector<Uuid> request_ids,
              Timestamp began);

  /// What to ask the journal for next.
  journal::LoadRequest request() const;
  /// Takes the answer. True: `result` is ready. False: ask `request()`.
  bool take(journal::Loaded loaded);
  LoadResult result() &&;

 private:
  bool restore_snapshot(const journal::Snapshot& snapshot);
  bool remember(const journal::RecordedEvent& event);
  bool give_up(const journal::RecordedEvent& event, const std::string& why);
  void begin_without_snapshot();

  const domain::AggregateKind& kind_;
  AggregateRef aggregate_;
  Lane lane_;
  std::vector<Uuid> request_ids_;
  std::int64_t schema_;
  Restored restored_;
  std::optional<Unreadable> unreadable_;
};

}  // namespace keel::actors
