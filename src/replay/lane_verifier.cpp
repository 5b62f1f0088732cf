#include "replay/lane_verifier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace keel::replay {
namespace {

using query::RowChecksum;

/// Beyond that it is one aggregate that does not fit.
constexpr std::size_t most_parts = 4'096;
/// While sums are made, the folder's states and the rows made of them stand side by side.
constexpr std::size_t copies_for_sums = 2;
/// While rows are compared: the states, the rows made of them, these by key, and the rows that were found.
constexpr std::size_t copies_for_rows = 4;

std::int64_t events_of(const LaneCut& cut) {
  std::int64_t events = 0;
  for (const auto& [context, position] : cut.positions) events += position.value;
  return events;
}

void leave_out(const std::unordered_set<AggregateRef>& aggregates, RowsByKey& rows) {
  if (aggregates.empty()) return;
  std::erase_if(rows, [&](const auto& entry) {
    const auto* id = std::get_if<std::string>(&entry.first.front());
    return id != nullptr && std::ranges::any_of(aggregates, [&](const AggregateRef& one) { return one.id == *id; });
  });
}

void name_those(const std::unordered_set<AggregateRef>& aggregates, const LanePart& part,
                std::vector<std::string>& names) {
  for (const auto& one : aggregates) {
    if (part.holds(std::string_view(one.id))) names.push_back(one.type + "/" + one.id);
  }
}

}  // namespace

LaneVerifier::LaneVerifier(const query::Projection& projection, const GenerationReader& reader,
                           journal::EventScan& scan, Rules rules)
    : projection_(projection),
      reader_(reader),
      rules_(std::move(rules)),
      fold_(projection, scan, {rules_.chunk, rules_.ended, [this](std::int64_t events) {
                                 read_ += events;
                                 rules_.read(events);
                               }}) {}

Result<LaneFindings> LaneVerifier::verify(Lane lane, const LaneCut& cut) {
  counted_upon_ = events_of(cut);
  LaneFindings found;
  const auto agree = sums_agree(lane, cut, found);
  if (!agree) return agree.fault();
  if (*agree) return found;
  found = {};
  const auto compared =
      part_by_part(lane, parts_for_rows_, [&](const LanePart& part) { return compare_rows(lane, part, found); });
  if (!compared) return compared.fault();
  return found;
}

Result<Done> LaneVerifier::part_by_part(Lane lane, std::size_t& usual_parts, const Work& work) const {
  std::vector<LanePart> waiting;
  for (std::size_t i = usual_parts; i > 0; --i) waiting.push_back({i - 1, usual_parts});
  bool first = true;
  while (!waiting.empty()) {
    const auto part = waiting.back();
    waiting.pop_back();
    const auto fit = work(part);
    if (!fit) return fit.fault();
    if (*fit == Fit::yes) {
      if (std::exchange(first, false)) usual_parts = part.count;
      continue;
    }
    if (part.count >= most_parts) {
      return Fault{Fault::Outcome::nothing_changed, "an aggregate of lane " + std::to_string(lane.value) +
                                                        " needs more memory than there is for a lane: say --memory"};
    }
    const auto [one, other] = part.halves();
    waiting.push_back(other);
    waiting.push_back(one);
  }
  return Done{};
}

Result<bool> LaneVerifier::sums_agree(Lane lane, const LaneCut& cut, LaneFindings& found) {
  std::vector<RowChecksum> sums(projection_.tables.size());
  bool all_foldable = true;
  const auto summed = part_by_part(lane, parts_for_sums_, [&](const LanePart& part) -> Result<Fit> {
    const auto expected = counted(cut, [&] { return fold_.sums(lane, cut, part, rules_.bytes / copies_for_sums); });
    if (!expected) return expected.fault();
    if (!*expected) return Fit::no;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*expected)->sums[i];
    all_foldable = all_foldable && (*expected)->unfoldable.empty();
    ++found.parts;
    return Fit::yes;
  });
  if (!summed) return summed.fault();
  for (const auto& sum : sums) found.rows += sum.rows;
  name_those(cut.parked, {}, found.left_out);
  return all_foldable && sums == cut.sums;
}

/// In a snapshot of its own, with the checkpoints that belong to it.
Result<Fit> LaneVerifier::compare_rows(Lane lane, const LanePart& part, LaneFindings& found) {
  auto is = reader_.rows(lane.value, part, rules_.bytes / copies_for_rows);
  if (!is) return is.fault();
  if (!*is) return Fit::no;
  const auto& cut = (*is)->cut;
  auto should = counted(cut, [&] { return fold_.rows(lane, cut, part, rules_.bytes / copies_for_rows); });
  if (!should) return should.fault();
  if (!*should) return Fit::no;
  compare_tables(lane, part, **is, **should, found);
  return Fit::yes;
}

void LaneVerifier::compare_tables(Lane lane, const LanePart& part, LaneRows& is, ExpectedRows& should,
                                  LaneFindings& found) const {
  for (std::size_t i = 0; i < projection_.tables.size(); ++i) {
    leave_out(should.unfoldable, is.tables[i]);
    leave_out(should.unfoldable, should.rows[i]);
    auto some = compare(projection_.tables[i], lane, is.tables[i], should.rows[i]);
    found.rows += static_cast<std::int64_t>(should.rows[i].size());
    found.different += static_cast<std::int64_t>(some.size());
    std::ranges::move(some, std::back_inserter(found.differences));
  }
  keep_first(found.differences, rules_.max_differences);
  name_those(is.cut.parked, part, found.left_out);
  name_those(should.unfoldable, part, found.left_out);
  ++found.parts;
}

/// Keeps what is told of progress in step with how often the lane is read.
LaneVerifier::Folded LaneVerifier::counted(const LaneCut& cut, const std::function<Folded()>& fold) {
  const auto expected_events = events_of(cut);
  read_ = 0;
  rules_.to_read(expected_events - std::exchange(counted_upon_, 0));
  auto folded = fold();
  rules_.to_read(read_ - expected_events);
  return folded;
}

}  // namespace keel::replay
