#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "journal/records.hpp"

namespace keel::replay {

/// Some events side by side, for those who must look at all of them before they take the first. The room that they
/// take is used again for the next ones, strings included: a long reader allocates for its first chunk only.
class EventChunk {
 public:
  void begin_anew() { size_ = 0; }
  void add(const journal::RecordedEvent& event) {
    if (size_ == events_.size()) events_.emplace_back();
    events_[size_++] = event;
  }
  std::span<const journal::RecordedEvent> events() const { return {events_.data(), size_}; }

 private:
  std::vector<journal::RecordedEvent> events_;
  std::size_t size_ = 0;
};

}  // namespace keel::replay
