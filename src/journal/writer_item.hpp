#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/aggregate_ref.hpp"
#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "journal/records.hpp"

namespace keel::journal {

/// Why an item left the writer without being confirmed. Each one ends the aggregate's incarnation.
enum class Drop {
  /// Another item of the aggregate was refused, late or lost; or the writer distrusts its memory. Nothing was written.
  restarted,
  /// The journal's answer was lost: it may be stored.
  outcome_unknown,
  /// Its deadline ended while the journal could not be reached. Nothing was written.
  journal_unavailable,
  /// Its deadline ended while the journal kept putting the batch off. Nothing was written.
  late,
  /// Another process holds the lanes, or nobody of this process does. Nothing was written.
  fenced,
};

std::string_view name_of(Drop why);

/// What became of one item.
struct Outcome {
  enum class Kind {
    /// An entry is in the journal: `version` and `position` say where it ends.
    stored,
    /// What appends nothing may be told: all that it rests on is durable, no receipt says otherwise. `position` is the
    /// lane's last.
    stands,
    /// The request id has a receipt for the same command: its reply is the answer.
    repeated,
    /// The request id has a receipt for another command or another aggregate.
    reused,
    /// Not confirmed: `why` tells the reason.
    dropped,
  };

  /// The item's own.
  std::uint64_t sequence = 0;
  Kind kind = Kind::dropped;
  Drop why = Drop::restarted;
  Version version;
  Position position;
  /// With `repeated` and `reused`.
  std::unique_ptr<Receipt> receipt;
};

/// Takes the outcomes of one aggregate's items. Must neither block nor call the writer.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Every item submitted comes back here exactly once, in the order of submission; what a round settles of an
  /// incarnation comes in one call. The outcomes may be moved from; they are gone after the call.
  ///
  /// `ended`: the writer takes nothing more of this incarnation, because its memory and the journal may differ from
  /// here on (an item was dropped, or an entry turned out to be a repeat). It must die; close it before a successor
  /// loads. What it submits until then comes back dropped.
  virtual void confirmed(std::uint64_t incarnation, std::span<Outcome> outcomes, bool ended) = 0;
};

/// An answer that stores nothing: a refusal, a version conflict, `validate_only`, a repeat that joins its first call.
struct AnswerOnly {
  Lane lane;
  AggregateRef aggregate;
  Uuid request_id;
  Fingerprint fingerprint{};
};

/// One answer of an aggregate, in the aggregate's order.
struct Item {
  /// The entry's `check_version` is the writer's to set.
  std::variant<Entry, AnswerOnly> what;
  /// From `next_incarnation()`.
  std::uint64_t incarnation = 0;
  /// Comes back in the outcome; the writer does not look at it.
  std::uint64_t sequence = 0;
  /// Heeded only while the journal refuses or cannot be reached: a decided command is not thrown away for being slow.
  Timestamp deadline;
  /// The first item of an incarnation names the sink of all.
  std::shared_ptr<Sink> sink;

  const AggregateRef& aggregate() const {
    return std::visit([](const auto& is) -> const AggregateRef& { return is.aggregate; }, what);
  }
  Lane lane() const {
    return std::visit([](const auto& is) { return is.lane; }, what);
  }
  const Entry* entry() const { return std::get_if<Entry>(&what); }
  Entry* entry() { return std::get_if<Entry>(&what); }
};

}  // namespace keel::journal
