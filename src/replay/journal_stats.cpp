#include "replay/journal_stats.hpp"

#include <algorithm>

namespace keel::replay {
namespace {

constexpr std::int64_t positions_a_read = 50'000;
constexpr std::int64_t snapshots_a_read = 20'000;

template <class Moment>
Moment earlier(const Moment& left, const Moment& right) {
  if (!left || !right) return left ? left : right;
  return std::min(left, right);
}

template <class Moment>
Moment later(const Moment& left, const Moment& right) {
  if (!left || !right) return left ? left : right;
  return std::max(left, right);
}

void add(journal::LaneExtent& sum, const journal::LaneExtent& part) {
  sum.events += part.events;
  sum.bytes += part.bytes;
  sum.aggregates += part.aggregates;
  sum.first_at = earlier(sum.first_at, part.first_at);
  sum.last_at = later(sum.last_at, part.last_at);
}

Result<Done> measure(LaneStats& stats, Position head, journal::Inspection& inspection, Tally& tally,
                     const std::atomic<bool>& stopping) {
  for (Position at; at < head && !stopping; at = at.plus(positions_a_read)) {
    const auto to = std::min(head, at.plus(positions_a_read));
    const auto part = inspection.extent(stats.context, stats.lane, at, to);
    if (!part) return part.fault();
    add(stats.extent, *part);
    tally.events += to.value - at.value;
  }
  return Done{};
}

Result<Done> count_published(std::span<LaneStats> lanes_of_context, journal::Journal& journal) {
  if (lanes_of_context.empty()) return Done{};
  const auto published = journal.publications(lanes_of_context.front().context);
  if (!published) return published.fault();
  const auto known = std::min(published->size(), lanes_of_context.size());
  for (std::size_t lane = 0; lane < known; ++lane) lanes_of_context[lane].published = (*published)[lane].value;
  return Done{};
}

Result<Done> count_receipts(std::vector<LaneStats>& lanes, journal::Inspection& inspection,
                            const std::atomic<bool>& stopping) {
  const auto days = inspection.receipt_days();
  if (!days) return days.fault();
  for (auto& stats : lanes) {
    for (const auto day : *days) {
      if (stopping) return Done{};
      const auto count = inspection.count_receipts(day, stats.context, stats.lane);
      if (!count) return count.fault();
      stats.receipts += *count;
    }
  }
  return Done{};
}

Result<Done> count_snapshots(std::span<LaneStats> lanes_of_context, journal::Inspection& inspection,
                             const std::atomic<bool>& stopping) {
  if (lanes_of_context.empty()) return Done{};
  const auto lane_count = static_cast<std::int32_t>(lanes_of_context.size());
  AggregateRef after;
  while (!stopping) {
    const auto page = inspection.snapshots(lanes_of_context.front().context, after, snapshots_a_read, false);
    if (!page) return page.fault();
    for (const auto& snapshot : *page) {
      after = snapshot.aggregate;
      ++lanes_of_context[static_cast<std::size_t>(lane_of(after.type, after.id, lane_count).value)].snapshots;
    }
    if (static_cast<std::int64_t>(page->size()) < snapshots_a_read) break;
  }
  return Done{};
}

}  // namespace

Result<std::vector<LaneStats>> measure_journal(const std::vector<std::string>& contexts, journal::Journal& journal,
                                               journal::Inspection& inspection, Tally& tally,
                                               const std::atomic<bool>& stopping) {
  std::vector<LaneStats> all;
  std::vector<Position> ends;
  for (const auto& context : contexts) {
    const auto heads = journal.heads(context);
    if (!heads) return heads.fault();
    std::int32_t lane = 0;
    for (const auto head : *heads) {
      all.push_back({context, Lane{lane++}, {}});
      ends.push_back(head);
      tally.target += head.value;
    }
    const std::span lanes(all.data() + (all.size() - heads->size()), heads->size());
    if (auto done = count_published(lanes, journal); !done) return done.fault();
    if (auto done = count_snapshots(lanes, inspection, stopping); !done) return done.fault();
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (auto done = measure(all[i], ends[i], inspection, tally, stopping); !done) return done.fault();
  }
  if (auto done = count_receipts(all, inspection, stopping); !done) return done.fault();
  return all;
}

std::vector<LaneStats> by_context(const std::vector<LaneStats>& lanes) {
  std::vector<LaneStats> sums;
  for (const auto& stats : lanes) {
    if (sums.empty() || sums.back().context != stats.context) sums.push_back({stats.context, Lane{}, {}});
    auto& sum = sums.back();
    ++sum.lane.value;
    add(sum.extent, stats.extent);
    sum.snapshots += stats.snapshots;
    sum.receipts += stats.receipts;
    sum.published += stats.published;
  }
  return sums;
}

}  // namespace keel::replay
