#include "replay/lane_fold.hpp"

#include <exception>
#include <utility>

namespace keel::replay {

LaneFold::LaneFold(const query::Projection& projection, std::unordered_set<AggregateRef> left_out)
    : projection_(projection),
      left_out_(std::move(left_out)),
      folder_(projection.make_folder()),
      rows_(projection.tables) {}

void LaneFold::take(const journal::RecordedEvent& event) {
  if (!left_out_.empty() && left_out_.contains(event.aggregate)) return;
  if (!poison_.empty() && park(event)) return;
  try {
    folder_->fold(event, rows_);
  } catch (const std::exception& error) {
    poison_.emplace(event.aggregate, Poison{event.position, query::parking_reason(error.what())});
    park(event);
    spoilt_ = true;
  }
}

bool LaneFold::park(const journal::RecordedEvent& event) {
  const auto found = poison_.find(event.aggregate);
  if (found == poison_.end() || event.position < found->second.position) return false;
  const bool first = event.position == found->second.position;
  parked_.push_back(
      {event.position, event.aggregate, first ? found->second.reason : std::string(query::follows_a_parked_event)});
  return true;
}

void LaneFold::begin_again() {
  folder_ = projection_.make_folder();
  rows_ = query::WorkingSet(projection_.tables);
  parked_.clear();
  spoilt_ = false;
}

const query::WorkingSet& LaneFold::finish() {
  folder_->finish(rows_);
  return rows_;
}

}  // namespace keel::replay
