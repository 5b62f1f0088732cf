#include "replay/lane_check.hpp"

#include <deque>
#include <utility>

#include "replay/aggregate_folds.hpp"
#include "replay/lane_order.hpp"

namespace keel::replay {
namespace {

std::int64_t as_count(std::size_t size) { return static_cast<std::int64_t>(size); }

/// An accepted no-op stands at the lane's last position, which may be another aggregate's event, or at 0.
std::string wrong_with(const journal::ReceiptSeen& receipt) {
  const std::string position = std::to_string(receipt.position.value);
  if (receipt.position > Position{} && !receipt.position_exists) return "its lane has no position " + position;
  if (receipt.version == Version{}) return "";
  const std::string version = "version " + std::to_string(receipt.version.value) + " of its aggregate ";
  if (!receipt.version_at) return version + "does not exist in its lane";
  if (*receipt.version_at <= receipt.position) return "";
  return version + "stands at " + std::to_string(receipt.version_at->value) + ", after its position " + position;
}

std::string wrong_with(const journal::SnapshotSeen& snapshot) {
  const std::string version = "version " + std::to_string(snapshot.version.value);
  if (!snapshot.version_at) return "a snapshot of " + version + ", which the aggregate has not";
  if (*snapshot.version_at == snapshot.position) return "";
  return "a snapshot of " + version + " at " + std::to_string(snapshot.position.value) + ", which stands at " +
         std::to_string(snapshot.version_at->value);
}

}  // namespace

struct LaneCheck::Pass {
  const CheckedContext& context;
  Lane lane;
  Position head;
  /// Null but in the first pass.
  LaneOrder* order = nullptr;
  AggregateFolds folds;
  std::deque<Share>& later;
};

LaneCheck::LaneCheck(std::unique_ptr<journal::Inspection> inspection, std::unique_ptr<journal::EventScan> scan,
                     const CheckOptions& options, Tally& tally, Report report, const std::atomic<bool>& stopping)
    : inspection_(std::move(inspection)),
      scan_(std::move(scan)),
      options_(options),
      tally_(tally),
      report_(std::move(report)),
      stopping_(stopping) {}

Result<Done> LaneCheck::events(const CheckedContext& context, Lane lane, std::int32_t lane_count, Position head) {
  LaneOrder order(context.name, lane, lane_count, report_);
  std::deque<Share> shares{Share{}};
  for (bool first = true; !shares.empty() && !stopping_; first = false) {
    const Share share = shares.front();
    shares.pop_front();
    if (!first) tally_.target += head.value;
    Pass one{context, lane, head, first ? &order : nullptr, {context.name, context.kinds, share, report_}, shares};
    if (auto done = pass(one); !done) return done.fault();
    tally_.snapshots += one.folds.end();
  }
  return Done{};
}

Result<Done> LaneCheck::pass(Pass& pass) {
  Position at;
  while (at < pass.head && !stopping_) {
    const auto reached = read(pass, at);
    if (!reached) return reached.fault();
    if (*reached == at) break;
    at = *reached;
    if (auto done = expect_snapshots(pass); !done) return done.fault();
    for (const auto& event : chunk_.events()) {
      if (pass.order != nullptr) pass.order->take(event);
      pass.folds.take(event);
    }
    tally_.events += as_count(chunk_.events().size());
    while (pass.folds.size() > options_.aggregates) pass.later.push_back(pass.folds.give_half_away());
  }
  if (pass.order != nullptr && !stopping_) pass.order->end(pass.head);
  return Done{};
}

Result<Position> LaneCheck::read(const Pass& pass, Position after) {
  chunk_.begin_anew();
  return scan_->scan(pass.context.name, pass.lane, after, pass.head, options_.batch,
                     [this](const journal::RecordedEvent& event) { chunk_.add(event); });
}

Result<Done> LaneCheck::expect_snapshots(Pass& pass) {
  const auto beginning = pass.folds.beginning(chunk_.events());
  if (beginning.empty()) return Done{};
  std::vector<journal::SnapshotWanted> wanted;
  for (const auto& aggregate : beginning) wanted.push_back({aggregate, pass.folds.kind_of(aggregate.type)->schema});
  auto found = inspection_->usable_snapshots(pass.context.name, wanted);
  if (!found) return found.fault();
  for (std::size_t i = 0; i < beginning.size(); ++i) {
    if (auto& snapshot = (*found)[i]) pass.folds.expect(beginning[i], *std::move(snapshot));
  }
  return Done{};
}

Result<Done> LaneCheck::receipts(const std::string& context, Lane lane) {
  const auto days = inspection_->receipt_days();
  if (!days) return days.fault();
  for (const auto day : *days) {
    if (auto done = receipts(context, lane, day); !done) return done.fault();
  }
  return Done{};
}

Result<Done> LaneCheck::receipts(const std::string& context, Lane lane, journal::ReceiptDay day) {
  Uuid after;
  while (!stopping_) {
    const auto page = inspection_->receipts(day, context, lane, after, options_.rows_a_page);
    if (!page) return page.fault();
    for (const auto& receipt : *page) {
      after = receipt.request_id;
      auto wrong = wrong_with(receipt);
      if (wrong.empty()) continue;
      report_({"receipt", context, lane, receipt.position, receipt.aggregate,
               "receipt " + receipt.request_id.text() + ": " + std::move(wrong)});
    }
    tally_.receipts += as_count(page->size());
    if (as_count(page->size()) < options_.rows_a_page) break;
  }
  return Done{};
}

Result<Done> LaneCheck::snapshots(const std::string& context) {
  AggregateRef after;
  while (!stopping_) {
    const auto page = inspection_->snapshots(context, after, options_.rows_a_page, true);
    if (!page) return page.fault();
    for (const auto& snapshot : *page) {
      after = snapshot.aggregate;
      auto wrong = wrong_with(snapshot);
      if (!wrong.empty()) report_({"snapshot", context, {}, snapshot.position, snapshot.aggregate, std::move(wrong)});
    }
    if (as_count(page->size()) < options_.rows_a_page) break;
  }
  return Done{};
}

}  // namespace keel::replay
