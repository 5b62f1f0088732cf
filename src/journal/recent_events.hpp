#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "journal/records.hpp"

namespace keel::journal {

/// The newest events of a context's lanes, as its writer stored them, for whoever follows the lanes in the same process
/// (publisher, reactors): what was just written need not be read back and decoded again.
///
/// Holds at most `bytes_per_lane` of payloads and names a lane, the newest ones; what is older is in the journal. It
/// never shows a hole: events that do not follow the last ones of their lane (a batch whose outcome was unknown lies
/// between, or somebody else wrote) make the lane begin anew with them. Any thread; never blocks for long.
class RecentEvents {
 public:
  explicit RecentEvents(std::size_t lanes, std::size_t bytes_per_lane = 256U << 10);

  /// What was stored, in position order within each lane. Only what is durable.
  void add(std::span<const StoredEvent> events);
  /// The events after a position, in order, at most `limit`. Empty when the first of them is not here: ask the journal.
  std::vector<StoredEvent> after(Lane lane, Position position, std::size_t limit) const;

 private:
  struct Newest {
    std::deque<StoredEvent> events;
    std::size_t bytes = 0;
  };
  void add_to(Newest& lane, const StoredEvent& event) const;

  const std::size_t bytes_per_lane_;
  mutable std::mutex mutex_;
  std::vector<Newest> lanes_;
};

}  // namespace keel::journal
