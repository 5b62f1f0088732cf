#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/aggregate.hpp"
#include "journal/journal.hpp"
#include "replay/state_difference.hpp"

namespace keel::replay {

/// Which part of an aggregate's history is told. What comes before is folded all the same.
struct HistoryRange {
  Version first{1};
  Version last{std::numeric_limits<std::int64_t>::max()};
  /// Nothing that was recorded after it.
  std::optional<Timestamp> until;
};

/// One stored event, what it means today, and what it did.
struct ToldEvent {
  struct Message {
    std::string type;
    std::string json;
  };

  journal::RecordedEvent stored;
  /// As it was stored; nothing when its type is unknown or its bytes do not decode.
  std::optional<Message> event;
  /// What its upcasters make of it; empty for an event of today.
  std::vector<Message> today;
  /// The aggregate's state after it; nothing since the first event that could not be remembered.
  std::optional<std::string> state;
  /// What it changed in the state.
  std::vector<FieldChange> differences;
  /// Why it could not be read or remembered; else empty.
  std::string problem;
};

/// Folds one aggregate's events with today's code and tells those of the range, in version order. An event that cannot
/// be read is told with its problem; what follows is told without states.
class AggregateHistory {
 public:
  /// `kind` outlives it.
  AggregateHistory(const domain::AggregateKind& kind, HistoryRange range);

  /// The next event; nothing when it is not to be told.
  std::optional<ToldEvent> take(journal::RecordedEvent event);
  /// Whether anything more can be to be told.
  bool over() const { return over_; }

 private:
  bool remember(ToldEvent& told);
  void describe(ToldEvent& told) const;

  const domain::AggregateKind& kind_;
  const HistoryRange range_;
  std::unique_ptr<domain::Message> state_;
  bool lost_ = false;
  bool over_ = false;
};

using TellEvent = std::function<void(const ToldEvent&)>;

/// Reads the aggregate's events from the journal, a batch at a time, and tells them. The answer: how many events it has
/// that were read. Holds no snapshot of the database between batches.
Result<std::int64_t> tell_history(journal::Journal& journal, const domain::AggregateKind& kind,
                                  const AggregateRef& aggregate, HistoryRange range, const TellEvent& tell);

}  // namespace keel::replay
