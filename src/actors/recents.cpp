#include "actors/recents.hpp"

#include <algorithm>

namespace keel::actors {
namespace {

constexpr std::size_t many = 16;

}  // namespace

const Recents::Known* Recents::find(const Uuid& id) const {
  if (places_ != nullptr) {
    const auto place = places_->find(id);
    return place == places_->end() ? nullptr : &known_[place->second - compacted_];
  }
  const auto begin = known_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto found = std::find_if(begin, known_.end(), [&](const Known& known) { return known.id == id; });
  return found == known_.end() ? nullptr : &*found;
}

void Recents::add(const Uuid& id, Timestamp received, PendingCall& call) {
  known_.push_back({id, received, &call});
  if (places_ != nullptr) {
    (*places_)[id] = compacted_ + known_.size() - 1;
  } else if (size() > many) {
    places_ = std::make_unique<std::unordered_map<Uuid, std::size_t>>();
    for (std::size_t i = first_; i < known_.size(); ++i) (*places_)[known_[i].id] = compacted_ + i;
  }
}

void Recents::settled(const Uuid& id, const PendingCall& call) {
  const Known* known = find(id);
  if (known == nullptr || known->in_flight != &call) return;
  known_[static_cast<std::size_t>(known - known_.data())].in_flight = nullptr;
}

Timestamp Recents::forget(Timestamp before, Timestamp floor) {
  while (first_ < known_.size() && known_[first_].in_flight == nullptr && known_[first_].received < before) {
    floor = std::max(floor, known_[first_].received);
    if (places_ != nullptr) places_->erase(known_[first_].id);
    ++first_;
  }
  if (first_ == known_.size()) {
    *this = Recents{};
  } else if (first_ > many && first_ > known_.size() / 2) {
    compact();
  }
  return floor;
}

void Recents::compact() {
  known_.erase(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(first_));
  compacted_ += first_;
  first_ = 0;
  if (known_.size() > many) return;
  places_ = nullptr;
}

}  // namespace keel::actors
