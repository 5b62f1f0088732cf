#include "journal/placement.hpp"

#include <algorithm>

namespace keel::journal {

std::optional<std::vector<Placed>> place(const Batch& batch) {
  const auto number = [](const HeldLane& held) { return held.lane; };
  if (std::ranges::adjacent_find(batch.lanes, std::ranges::greater_equal{}, number) != batch.lanes.end()) return {};

  std::vector<Position> ends;
  ends.reserve(batch.lanes.size());
  for (const HeldLane& held : batch.lanes) ends.push_back(held.last);

  std::vector<Placed> placed;
  placed.reserve(batch.entries.size());
  for (const Entry* entry : batch.entries) {
    const auto found = std::ranges::lower_bound(batch.lanes, entry->lane, {}, number);
    if (found == batch.lanes.end() || found->lane != entry->lane) return {};
    const auto index = static_cast<std::size_t>(found - batch.lanes.begin());
    const Position before = ends[index];
    ends[index] = before.plus(static_cast<std::int64_t>(entry->events.size()));
    placed.push_back({index, before.next(), ends[index]});
  }
  return placed;
}

}  // namespace keel::journal
