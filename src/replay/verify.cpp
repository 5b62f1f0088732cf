#include "replay/verify.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "replay/generation_cut.hpp"
#include "replay/lane_comparison.hpp"
#include "replay/lane_fold.hpp"

namespace keel::replay {
namespace {

using query::RowChecksum;

/// Events between two looks at the memory.
constexpr std::int64_t events_between_looks = 100'000;

/// $1 projection, $2 generation
constexpr std::string_view checkpoints_sql =
    "SELECT context, lane, incarnation, position FROM checkpoints"
    " WHERE projection = $1::text AND generation = $2::bigint ORDER BY context, lane";

/// $1 projection, $2 generation
constexpr std::string_view parked_sql =
    "SELECT DISTINCT lane, aggregate_type, aggregate_id FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint";

Fault fault(std::string what) { return Fault{Fault::Outcome::nothing_changed, std::move(what)}; }

/// What the journal says that a lane's rows are.
struct Expected {
  std::vector<RowsByKey> tables;
  std::vector<RowChecksum> sums;
  /// Aggregates that this code cannot fold: their rows are not compared either.
  std::unordered_set<AggregateRef> unfoldable;
};

bool is_of(const std::unordered_set<AggregateRef>& aggregates, const query::Value& id) {
  const auto* text = std::get_if<std::string>(&id);
  return text != nullptr && std::ranges::any_of(aggregates, [&](const AggregateRef& one) { return one.id == *text; });
}

void leave_out(const std::unordered_set<AggregateRef>& aggregates, RowsByKey& rows) {
  if (aggregates.empty()) return;
  std::erase_if(rows, [&](const auto& entry) { return is_of(aggregates, entry.first.front()); });
}

class Comparison {
 public:
  Comparison(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation, const VerifyOptions& options,
             const std::function<bool()>& ended)
      : parts_(parts),
        reader_(parts.read_dsn, parts.projection, generation),
        incarnation_(incarnation),
        options_(options),
        ended_(ended) {}

  Attempt<Verification> run(const std::function<void(std::int64_t, std::int64_t)>& tell) {
    const auto began = std::chrono::steady_clock::now();
    auto cuts = reader_.cut(incarnation_);
    if (!cuts) return std::visit([](auto why) -> Attempt<Verification> { return why; }, cuts.why());
    cuts_ = *std::move(cuts);
    for (const auto& [lane, cut] : cuts_) {
      lanes_.push_back(lane);
      for (const auto& [context, position] : cut.positions) total_ += position.value;
    }
    work_in_threads(tell);
    if (fault_) return *fault_;
    finish();
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return std::move(result_);
  }

 private:
  void work_in_threads(const std::function<void(std::int64_t, std::int64_t)>& tell) {
    std::vector<std::thread> workers;
    running_ = std::min(options_.workers, std::max<std::size_t>(1, lanes_.size()));
    for (std::size_t i = running_; i > 0; --i) workers.emplace_back([this] { work(); });
    auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (running_ > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (std::chrono::steady_clock::now() < next) continue;
      next += std::chrono::milliseconds(500);
      tell(events_, total_);
    }
    for (auto& worker : workers) worker.join();
  }

  void work() {
    try {
      if (const auto done = work_off(); !done) fail(done.fault());
    } catch (const std::exception& error) {
      fail(fault(error.what()));
    }
    --running_;
  }

  void fail(Fault why) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(why);
    failed_ = true;
  }

  bool over() const { return failed_ || ended_(); }

  Result<Done> work_off() {
    const auto scan = parts_.scan();
    if (!scan) return scan.fault();
    while (!over()) {
      const auto index = next_++;
      if (index >= lanes_.size()) return Done{};
      if (auto compared = compare_lane(lanes_[index], **scan); !compared) return compared;
    }
    return fault("told to end");
  }

  Result<Done> compare_lane(std::int32_t lane, journal::EventScan& scan) {
    const auto& cut = cuts_.at(lane);
    const auto expected = fold(lane, cut, scan);
    if (!expected) return expected.fault();
    if (expected->unfoldable.empty() && expected->sums == cut.sums) return note(cut, *expected, {}), Done{};
    return compare_rows(lane, scan);
  }

  Result<Expected> fold(std::int32_t lane, const LaneCut& cut, journal::EventScan& scan) {
    Expected expected;
    expected.tables.resize(parts_.projection.tables.size());
    expected.sums.resize(parts_.projection.tables.size());
    for (const auto& [context, position] : cut.positions) {
      LaneFold whole(parts_.projection, cut.parked);
      if (auto done = fold_to(context, Lane{lane}, position, scan, whole); !done) return done.fault();
      if (whole.needs_another_pass()) {
        whole.begin_again();
        if (auto done = fold_to(context, Lane{lane}, position, scan, whole); !done) return done.fault();
      }
      for (const auto& parked : whole.parked()) expected.unfoldable.insert(parked.aggregate);
      take_rows(whole.finish(), expected);
    }
    return expected;
  }

  void take_rows(const query::WorkingSet& rows, Expected& expected) const {
    for (std::size_t i = 0; i < expected.tables.size(); ++i) {
      const auto& table = parts_.projection.tables[i];
      for (const query::Row* row : rows.changes(i).written) {
        query::Key key(row->values.begin(), row->values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
        query::add_to(expected.sums[i], table, *row);
        expected.tables[i].emplace(std::move(key), *row);
      }
    }
  }

  Result<Done> fold_to(const std::string& context, Lane lane, Position target, journal::EventScan& scan,
                       LaneFold& whole) {
    Position at;
    while (at < target) {
      if (over()) return fault("told to end");
      const auto scanned = scan.scan(context, lane, at, target, options_.chunk,
                                     [&](const journal::RecordedEvent& event) { whole.take(event); });
      if (!scanned) return scanned.fault();
      if (*scanned == at)
        return fault("lane " + std::to_string(lane.value) + " of " + context + " ends before its checkpoint");
      events_ += scanned->value - at.value;
      if (at.value / events_between_looks == scanned->value / events_between_looks) {
        at = *scanned;
        continue;
      }
      at = *scanned;
      if (whole.bytes() > options_.bytes / options_.workers) {
        return fault("lane " + std::to_string(lane.value) + " of " + context +
                     " needs more memory than it may take: say --memory");
      }
    }
    return Done{};
  }

  /// The lane's rows one by one, in a snapshot of their own with the checkpoints that belong to them.
  Result<Done> compare_rows(std::int32_t lane, journal::EventScan& scan) {
    auto found = reader_.rows(lane);
    if (!found) return found.fault();
    auto expected = fold(lane, found->cut, scan);
    if (!expected) return expected.fault();
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < expected->tables.size(); ++i) {
      leave_out(expected->unfoldable, found->tables[i]);
      leave_out(expected->unfoldable, expected->tables[i]);
      auto some = compare(parts_.projection.tables[i], Lane{lane}, found->tables[i], expected->tables[i]);
      differences.insert(differences.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    note(found->cut, *expected, std::move(differences));
    return Done{};
  }

  void note(const LaneCut& cut, const Expected& expected, std::vector<Difference> differences) {
    const std::lock_guard lock(mutex_);
    for (const auto& rows : expected.tables) result_.rows += static_cast<std::int64_t>(rows.size());
    result_.different += static_cast<std::int64_t>(differences.size());
    for (auto& one : differences) result_.differences.push_back(std::move(one));
    for (const auto* aggregates : {&cut.parked, &expected.unfoldable}) {
      for (const auto& one : *aggregates) result_.left_out.push_back(one.type + "/" + one.id);
    }
  }

  void finish() {
    std::ranges::stable_sort(result_.differences, {}, &Difference::lane);
    if (result_.differences.size() > options_.max_differences) result_.differences.resize(options_.max_differences);
    std::ranges::sort(result_.left_out);
    result_.events = events_;
    result_.lanes = static_cast<std::int64_t>(lanes_.size());
  }

  const VerifyParts& parts_;
  const GenerationReader reader_;
  const Uuid incarnation_;
  const VerifyOptions& options_;
  const std::function<bool()>& ended_;
  std::map<std::int32_t, LaneCut> cuts_;
  std::vector<std::int32_t> lanes_;
  std::int64_t total_ = 0;

  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> running_{0};
  std::atomic<std::int64_t> events_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Fault> fault_;
  Verification result_;
};

}  // namespace

std::string_view name_of(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::added:
      return "added";
    case Difference::Kind::removed:
      return "removed";
    case Difference::Kind::changed:
      return "changed";
  }
  return "unknown";
}

Attempt<Verification> verify(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation,
                             const VerifyOptions& options, const std::function<bool()>& ended,
                             const std::function<void(std::int64_t events, std::int64_t total)>& tell) {
  return Comparison(parts, generation, incarnation, options, ended).run(tell);
}

}  // namespace keel::replay
