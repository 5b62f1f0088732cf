#include "replay/expected_rows.hpp"

#include <algorithm>
#include <utility>

namespace keel::replay {
namespace {

/// Looking at memory costs a walk through all of it, so it is looked at when a lane has grown by half.
constexpr std::int64_t first_look = 1'000;
Position next_look(Position at) { return Position{at.value + std::max(first_look, at.value / 2)}; }

Fault fault(std::string what) { return Fault{Fault::Outcome::nothing_changed, std::move(what)}; }

}  // namespace

Result<std::optional<ExpectedRows>> ExpectedRowsFold::sums(Lane lane, const LaneCut& cut, const LanePart& part,
                                                           std::size_t bytes) {
  return fold(lane, cut, part, bytes, false);
}

Result<std::optional<ExpectedRows>> ExpectedRowsFold::rows(Lane lane, const LaneCut& cut, const LanePart& part,
                                                           std::size_t bytes) {
  return fold(lane, cut, part, bytes, true);
}

Result<std::optional<ExpectedRows>> ExpectedRowsFold::fold(Lane lane, const LaneCut& cut, const LanePart& part,
                                                           std::size_t bytes, bool with_rows) {
  ExpectedRows expected;
  expected.sums.resize(projection_.tables.size());
  expected.rows.resize(projection_.tables.size());
  for (const auto& [context, position] : cut.positions) {
    LaneFold whole(projection_, cut.parked);
    const auto fits = fold(context, lane, position, part, bytes / cut.positions.size(), whole);
    if (!fits) return fits.fault();
    if (*fits == Fit::no) return std::optional<ExpectedRows>{};
    for (const auto& parked : whole.parked()) expected.unfoldable.insert(parked.aggregate);
    take(whole.finish(), with_rows, expected);
  }
  return std::optional(std::move(expected));
}

Result<Fit> ExpectedRowsFold::fold(const std::string& context, Lane lane, Position target, const LanePart& part,
                                   std::size_t bytes, LaneFold& whole) {
  auto fits = pass(context, lane, target, part, bytes, whole);
  if (!fits || *fits == Fit::no || !whole.needs_another_pass()) return fits;
  whole.begin_again();
  return pass(context, lane, target, part, bytes, whole);
}

Result<Fit> ExpectedRowsFold::pass(const std::string& context, Lane lane, Position target, const LanePart& part,
                                   std::size_t bytes, LaneFold& whole) {
  const auto take_in = [&](const journal::RecordedEvent& event) {
    if (part.holds(event.aggregate.id)) whole.take(event);
  };
  Position at;
  for (auto look = next_look(at); at < target;) {
    if (rules_.ended()) return fault("told to end");
    const auto scanned = scan_.scan(context, lane, at, target, rules_.chunk, take_in);
    if (!scanned) return scanned.fault();
    if (*scanned == at) {
      return fault("lane " + std::to_string(lane.value) + " of " + context + " ends before its checkpoint");
    }
    rules_.tell(scanned->value - at.value);
    at = *scanned;
    if (at < look && at < target) continue;
    if (whole.bytes() > bytes) return Fit::no;
    look = next_look(at);
  }
  return Fit::yes;
}

void ExpectedRowsFold::take(const query::WorkingSet& folded, bool with_rows, ExpectedRows& expected) const {
  for (std::size_t i = 0; i < projection_.tables.size(); ++i) {
    const auto& table = projection_.tables[i];
    for (const query::Row* row : folded.changes(i).written) {
      query::add_to(expected.sums[i], table, *row);
      if (!with_rows) continue;
      query::Key key(row->values.begin(), row->values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
      expected.rows[i].emplace(std::move(key), *row);
    }
  }
}

}  // namespace keel::replay
