#include "replay/parked_retry.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "query/projection_store.hpp"

namespace keel::replay {
namespace {

using journal::RecordedEvent;
using query::StillPoison;
using query::UnparkOutcome;

constexpr std::size_t events_a_read = 1'000;

void count_rows(const query::WorkingSet& rows, Retried& retried) {
  for (std::size_t table = 0; table < rows.tables().size(); ++table) {
    const auto changes = rows.changes(table);
    retried.rows_written += changes.written.size();
    retried.rows_erased += changes.erased.size();
  }
}

std::string pointer_to_nothing(const query::ParkedPlace& place, Position position) {
  return "the journal has no event of " + place.aggregate.type + "/" + place.aggregate.id + " at " + place.context +
         "/" + std::to_string(place.lane.value) + "/" + std::to_string(position.value) +
         ": the read store is of another journal";
}

}  // namespace

ParkedRetry::ParkedRetry(const query::Projection& projection, journal::Journal& journal, query::Parking& parking,
                         query::ParkedPlace place)
    : projection_(projection), journal_(journal), parking_(parking), place_(std::move(place)) {}

Retried ParkedRetry::rehearse() {
  const auto parked = parking_.positions(projection_.name, place_);
  if (!parked) return {.outcome = UnparkOutcome::fault, .poison = {}, .fault = parked.fault()};
  if (parked->empty()) return {.outcome = UnparkOutcome::nothing_parked, .poison = {}, .fault = {}};
  query::WorkingSet rows(projection_.tables);
  const auto folded = fold(*parked, rows);
  if (!folded) return {.outcome = UnparkOutcome::fault, .poison = {}, .fault = folded.fault()};
  Retried retried{.events = folded_, .poison = {}, .fault = {}};
  if (*folded) {
    retried.outcome = UnparkOutcome::poison;
    retried.poison = **folded;
  }
  count_rows(rows, retried);
  return retried;
}

Retried ParkedRetry::retry() {
  query::WorkingSet rows(projection_.tables);
  auto unparked = parking_.unpark(projection_.name, place_, rows,
                                  [&](std::span<const Position> positions) { return fold(positions, rows); });
  Retried retried{.outcome = unparked.outcome,
                  .events = folded_,
                  .poison = std::move(unparked.poison),
                  .fault = std::move(unparked.fault)};
  if (retried.outcome == UnparkOutcome::done) count_rows(rows, retried);
  if (retried.outcome != UnparkOutcome::poison) return retried;
  const auto noted = parking_.note_attempt(projection_.name, place_, query::parking_reason(retried.poison.why));
  if (noted) return retried;
  return {.outcome = UnparkOutcome::fault, .poison = {}, .fault = noted.fault()};
}

ParkedRetry::Folded ParkedRetry::fold(std::span<const Position> positions, query::WorkingSet& rows) {
  folded_ = 0;
  const auto folder = projection_.make_folder();
  std::optional<StillPoison> poison;
  const auto read = each_batch(positions, [&](std::span<const RecordedEvent> events) -> Result<bool> {
    auto folded = fold_batch(events, *folder, rows);
    if (!folded) return folded.fault();
    poison = *std::move(folded);
    return !poison;
  });
  if (!read) return read.fault();
  if (poison) return poison;
  try {
    folder->finish(rows);
  } catch (const std::exception& error) {
    return std::optional{StillPoison{{}, error.what()}};
  }
  return std::optional<StillPoison>{};
}

ParkedRetry::Folded ParkedRetry::fold_batch(std::span<const RecordedEvent> events, query::Folder& folder,
                                            query::WorkingSet& rows) {
  for (const auto& event : events) folder.want(event, rows);
  if (const auto read = parking_.read(place_.generation, rows); !read) return read.fault();
  for (const auto& event : events) {
    try {
      folder.fold(event, rows);
    } catch (const std::exception& error) {
      return std::optional{StillPoison{event.position, error.what()}};
    }
    ++folded_;
  }
  return std::optional<StillPoison>{};
}

Result<Done> ParkedRetry::each_event(std::span<const Position> positions, const Take& take) {
  return each_batch(positions, [&](std::span<const RecordedEvent> events) -> Result<bool> {
    std::ranges::for_each(events, take);
    return true;
  });
}

/// Parked is every event of the aggregate since the first one: so they are read as the aggregate's.
Result<Done> ParkedRetry::each_batch(std::span<const Position> positions, const Batch& take) {
  if (positions.empty()) return Done{};
  const auto first = journal_.read(place_.context, place_.lane, Position{positions.front().value - 1}, 1);
  if (!first) return first.fault();
  const bool there =
      !first->empty() && first->front().position == positions.front() && first->front().aggregate == place_.aggregate;
  if (!there) return Fault{.what = pointer_to_nothing(place_, positions.front())};
  Version read{first->front().version.value - 1};
  auto wanted = positions.begin();
  while (wanted != positions.end()) {
    auto events = journal_.read_aggregate(place_.context, place_.aggregate, read, events_a_read);
    if (!events) return events.fault();
    if (events->empty()) return Fault{.what = pointer_to_nothing(place_, *wanted)};
    read = events->back().version;
    std::vector<RecordedEvent> parked;
    for (auto& event : *events) {
      if (wanted == positions.end() || event.position != *wanted) continue;
      ++wanted;
      parked.push_back(std::move(event));
    }
    const auto go_on = take(parked);
    if (!go_on) return go_on.fault();
    if (!*go_on) return Done{};
  }
  return Done{};
}

}  // namespace keel::replay
