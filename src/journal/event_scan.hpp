#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "core/result.hpp"
#include "journal/journal.hpp"
#include "journal/records.hpp"

namespace keel::journal {

/// Reads long stretches of lanes for those who fold a great deal: nothing is kept, nothing is allocated per event. One
/// session; blocks; one thread at a time.
class EventScan {
 public:
  /// The event is valid during the call only; its `metadata` may be empty. May throw: the scan ends with it.
  using Take = std::function<void(const RecordedEvent& event)>;

  virtual ~EventScan() = default;
  /// Hands the lane's events after `after` and up to `up_to`, at most `limit`, to `take`, in position order. Answers
  /// the last one's position; `after` when there was none.
  virtual Result<Position> scan(std::string_view context, Lane lane, Position after, Position up_to, std::size_t limit,
                                const Take& take) = 0;
};

using OpenEventScan = std::function<Result<std::unique_ptr<EventScan>>()>;

/// A scan over any journal; for the one in memory.
OpenEventScan scan_over(OpenJournal journal);

}  // namespace keel::journal
