#include "actors/restoring.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace keel::actors {

Restoration::Restoration(const domain::AggregateKind& kind, AggregateRef aggregate, Lane lane,
                         std::vector<Uuid> request_ids, Timestamp began)
    : kind_(kind),
      aggregate_(std::move(aggregate)),
      lane_(lane),
      request_ids_(std::move(request_ids)),
      schema_(kind.schema) {
  restored_.began = began;
  restored_.state.reset(kind.empty_state->New());
}

journal::LoadRequest Restoration::request() const {
  return {aggregate_, lane_, schema_, restored_.version, request_ids_};
}

bool Restoration::take(journal::Loaded loaded) {
  std::move(loaded.receipts.begin(), loaded.receipts.end(), std::back_inserter(restored_.receipts));
  request_ids_.clear();
  if (loaded.snapshot && !restore_snapshot(*loaded.snapshot)) {
    begin_without_snapshot();
    return false;
  }
  for (const auto& event : loaded.events) {
    if (remember(event)) continue;
    if (restored_.snapshot == Version{}) return true;
    begin_without_snapshot();
    return false;
  }
  return !loaded.more;
}

bool Restoration::restore_snapshot(const journal::Snapshot& snapshot) {
  if (snapshot.schema != kind_.schema || !restored_.state->ParseFromString(snapshot.state)) return false;
  restored_.version = restored_.snapshot = snapshot.version;
  restored_.until_snapshot = snapshot.state.size();
  return true;
}

bool Restoration::remember(const journal::RecordedEvent& event) {
  if (event.version != restored_.version.next()) {
    return give_up(event, " follows version " + std::to_string(restored_.version.value));
  }
  try {
    if (!kind_.apply(*restored_.state, event.type, event.payload)) {
      return give_up(event, ": no known event, or broken bytes: " + event.type);
    }
  } catch (const std::exception& thrown) {
    return give_up(event, ": " + event.type + ": " + thrown.what());
  }
  restored_.version = event.version;
  restored_.until_snapshot -= std::min(restored_.until_snapshot, event.payload.size());
  return true;
}

bool Restoration::give_up(const journal::RecordedEvent& event, const std::string& why) {
  unreadable_ = {"version " + std::to_string(event.version.value) + why, {event.type, {}, {}, event.version}};
  return false;
}

void Restoration::begin_without_snapshot() {
  schema_ = ~kind_.schema;  // no snapshot was ever taken with it
  restored_.state.reset(kind_.empty_state->New());
  restored_.version = restored_.snapshot = Version{};
  restored_.until_snapshot = 0;
  unreadable_.reset();
}

LoadResult Restoration::result() && {
  if (unreadable_) return *std::move(unreadable_);
  return std::move(restored_);
}

}  // namespace keel::actors
