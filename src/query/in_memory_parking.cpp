#include <algorithm>
#include <utility>

#include "query/in_memory_projection_store.hpp"

namespace keel::query {

/// An operator's session on an `InMemoryReadStore`.
class InMemoryParking final : public Parking {
 public:
  explicit InMemoryParking(std::shared_ptr<InMemoryReadStore> store) : store_(std::move(store)) {}

  Result<std::vector<ParkedStack>> stacks(std::string_view projection) override {
    const std::lock_guard lock(store_->mutex_);
    std::vector<ParkedStack> stacks;
    for (const auto& [key, rows] : store_->parked_) {
      const auto& [its_projection, generation, context, lane] = key;
      if (its_projection != projection) continue;
      for (const auto& row : rows) add(stacks, {generation, context, Lane{lane}, row.event.aggregate}, row);
    }
    return stacks;
  }

  Result<std::vector<Position>> positions(std::string_view projection, const ParkedPlace& place) override {
    const std::lock_guard lock(store_->mutex_);
    std::vector<Position> positions;
    for (const auto* row : of(projection, place)) positions.push_back(row->event.position);
    return positions;
  }

  Result<Done> read(std::int64_t generation, WorkingSet& rows) override {
    const std::lock_guard lock(store_->mutex_);
    store_->read(generation, rows);
    return Done{};
  }

  Unparked unpark(std::string_view projection, const ParkedPlace& place, WorkingSet& rows,
                  const FoldParked& fold) override {
    const std::lock_guard turn(store_->checkpoints_mutex_);
    const auto parked = positions(projection, place);
    if (parked->empty()) return {.outcome = UnparkOutcome::nothing_parked, .poison = {}, .fault = {}};
    const auto folded = fold(*parked);
    if (!folded) return {.outcome = UnparkOutcome::fault, .poison = {}, .fault = folded.fault()};
    if (*folded) return {.outcome = UnparkOutcome::poison, .poison = **folded, .fault = {}};
    const std::lock_guard lock(store_->mutex_);
    if (store_->refuses(rows)) {
      return {.outcome = UnparkOutcome::poison, .poison = {{}, "a row that cannot be stored"}, .fault = {}};
    }
    store_->write(rows, place.generation, place.lane);
    std::erase_if(store_->parked_[key_of(projection, place)],
                  [&](const auto& row) { return row.event.aggregate == place.aggregate; });
    ++store_->checkpoints_[key_of(projection, place)].revision;
    return {.events = static_cast<std::int64_t>(parked->size()), .poison = {}, .fault = {}};
  }

  Result<Done> note_attempt(std::string_view projection, const ParkedPlace& place, const std::string& why) override {
    const std::lock_guard lock(store_->mutex_);
    const auto rows = of(projection, place);
    if (rows.empty()) return Done{};
    ++rows.front()->attempts;
    rows.front()->event.reason = why;
    return Done{};
  }

  Result<std::int64_t> discard(std::string_view projection, const ParkedPlace& place) override {
    const std::lock_guard lock(store_->mutex_);
    const auto rows = of(projection, place);
    for (auto* row : rows) row->discarded_at = row->discarded_at.value_or(system_now());
    return static_cast<std::int64_t>(rows.size());
  }

 private:
  using ParkedRow = InMemoryReadStore::ParkedRow;

  static InMemoryReadStore::LaneKey key_of(std::string_view projection, const ParkedPlace& place) {
    return {std::string(projection), place.generation, place.context, place.lane.value};
  }

  std::vector<ParkedRow*> of(std::string_view projection, const ParkedPlace& place) {
    std::vector<ParkedRow*> found;
    for (auto& row : store_->parked_[key_of(projection, place)]) {
      if (row.event.aggregate == place.aggregate) found.push_back(&row);
    }
    return found;
  }

  static void add(std::vector<ParkedStack>& stacks, const ParkedPlace& place, const ParkedRow& row) {
    const auto known = std::ranges::find(stacks, place, &ParkedStack::place);
    if (known == stacks.end()) {
      stacks.push_back({place, 1, row.event.position, row.event.reason, row.attempts, row.parked_at,
                        row.discarded_at.has_value(), row.discarded_at});
      return;
    }
    ++known->depth;
    known->discarded = known->discarded || row.discarded_at;
    if (row.discarded_at)
      known->discarded_at = std::min(known->discarded_at.value_or(*row.discarded_at), *row.discarded_at);
  }

  std::shared_ptr<InMemoryReadStore> store_;
};

std::unique_ptr<Parking> InMemoryReadStore::open_parking() {
  return std::make_unique<InMemoryParking>(shared_from_this());
}

}  // namespace keel::query
