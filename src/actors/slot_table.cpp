#include "actors/slot_table.hpp"

#include <bit>
#include <utility>

namespace keel::actors {
namespace {

constexpr std::size_t first_cells = 16;
constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15ULL;

}  // namespace

// The low bits of all hashes of a lane are alike, hence Fibonacci hashing.
std::size_t SlotTable::home(std::uint64_t hash) const {
  return static_cast<std::size_t>(hash * golden_ratio >> (64 - std::countr_zero(cells_.size())));
}

template <class Predicate>
Slot* SlotTable::find_if(std::uint64_t hash, Predicate is) const {
  if (cells_.empty()) return nullptr;
  for (std::size_t i = home(hash); cells_[i] != nullptr; i = (i + 1) % cells_.size()) {
    if (cells_[i]->hash == hash && is(*cells_[i])) return cells_[i].get();
  }
  return nullptr;
}

Slot* SlotTable::find(std::uint64_t hash, const domain::AggregateKind* kind, std::string_view id) const {
  return find_if(hash, [&](const Slot& slot) { return slot.kind == kind && slot.id == id; });
}

Slot* SlotTable::find(LifeId life) const {
  return find_if(life.hash, [&](const Slot& slot) { return slot.incarnation == life.incarnation; });
}

Slot& SlotTable::add(const domain::AggregateKind& kind, std::string id, std::uint64_t hash) {
  if ((size_ + 1) * 4 > cells_.size() * 3) grow();
  auto slot = std::make_unique<Slot>(kind, std::move(id), hash);
  Slot& added = *slot;
  place(std::move(slot));
  ++size_;
  return added;
}

void SlotTable::place(std::unique_ptr<Slot> slot) {
  std::size_t i = home(slot->hash);
  while (cells_[i] != nullptr) i = (i + 1) % cells_.size();
  cells_[i] = std::move(slot);
}

void SlotTable::grow() {
  auto old = std::exchange(cells_, {});
  cells_.resize(old.empty() ? first_cells : old.size() * 2);
  for (auto& slot : old) {
    if (slot != nullptr) place(std::move(slot));
  }
}

void SlotTable::erase(Slot& slot) {
  forget_use(slot);
  std::size_t hole = home(slot.hash);
  while (cells_[hole].get() != &slot) hole = (hole + 1) % cells_.size();
  const auto gone = std::move(cells_[hole]);
  --size_;
  // Shift back what the hole would hide from a search.
  for (std::size_t i = (hole + 1) % cells_.size(); cells_[i] != nullptr; i = (i + 1) % cells_.size()) {
    const std::size_t wanted = home(cells_[i]->hash);
    const bool reachable = hole < i ? (wanted > hole && wanted <= i) : (wanted > hole || wanted <= i);
    if (reachable) continue;
    cells_[hole] = std::move(cells_[i]);
    hole = i;
  }
}

void SlotTable::use(Slot& slot) {
  if (freshest_ == &slot) return;
  forget_use(slot);
  slot.staler = freshest_;
  (freshest_ == nullptr ? stalest_ : freshest_->fresher) = &slot;
  freshest_ = &slot;
  ++ordered_;
}

void SlotTable::forget_use(Slot& slot) {
  const bool in_order = slot.fresher != nullptr || slot.staler != nullptr || freshest_ == &slot;
  if (!in_order) return;
  (slot.fresher == nullptr ? freshest_ : slot.fresher->staler) = slot.staler;
  (slot.staler == nullptr ? stalest_ : slot.staler->fresher) = slot.fresher;
  slot.fresher = slot.staler = nullptr;
  --ordered_;
}

std::vector<Slot*> slots_of(const SlotTable& slots) {
  std::vector<Slot*> found;
  found.reserve(slots.size());
  slots.each([&](Slot& slot) { found.push_back(&slot); });
  return found;
}

}  // namespace keel::actors
