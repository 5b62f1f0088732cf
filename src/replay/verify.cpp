#include "replay/verify.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_set>
#include <utility>

#include "query/postgres_table_sql.hpp"
#include "replay/lane_comparison.hpp"
#include "replay/lane_fold.hpp"

namespace keel::replay {
namespace {

using query::Answer;
using query::Parameters;
using query::PostgresSession;
using query::RowChecksum;
using query::Statement;

constexpr std::string_view begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr std::string_view commit_sql = "COMMIT";

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

/// A lane number of every context, and how far it is folded in each.
struct Cut {
  std::map<std::string, Position> positions;
  std::unordered_set<AggregateRef> parked;
  /// By table.
  std::vector<RowChecksum> sums;
};
using Cuts = std::map<std::int32_t, Cut>;

/// What the journal says that a lane's rows are.
struct Expected {
  std::vector<RowsByKey> tables;
  std::vector<RowChecksum> sums;
  /// Aggregates that this code cannot fold: their rows are not compared either.
  std::unordered_set<AggregateRef> unfoldable;
};

void take_checkpoints(const Answer& answer, std::size_t tables, Cuts& cuts, std::set<Uuid>& incarnations) {
  for (int row = 0; row < answer.rows(); ++row) {
    auto& cut = cuts[answer.small(row, 1)];
    cut.sums.resize(tables);
    cut.positions[std::string(answer.text(row, 0))] = Position{answer.integer(row, 3)};
    incarnations.insert(answer.uuid(row, 2));
  }
}

void take_parked(const Answer& answer, Cuts& cuts) {
  for (int row = 0; row < answer.rows(); ++row) {
    cuts[answer.small(row, 0)].parked.insert({std::string(answer.text(row, 1)), std::string(answer.text(row, 2))});
  }
}

void take_sums(const Answer& answer, std::size_t table, std::size_t tables, Cuts& cuts) {
  for (int row = 0; row < answer.rows(); ++row) {
    auto& sums = cuts[answer.small(row, 0)].sums;
    sums.resize(tables);
    sums[table] = {answer.integer(row, 1), answer.integer(row, 2)};
  }
}

class Comparison {
 public:
  Comparison(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation, const VerifyOptions& options,
             const std::function<bool()>& ended)
      : parts_(parts), generation_(generation), incarnation_(incarnation), options_(options), ended_(ended) {}

  Attempt<Verification> run(const std::function<void(std::int64_t, std::int64_t)>& tell) {
    const auto began = std::chrono::steady_clock::now();
    if (const auto cut = make_cut(); !cut)
      return std::visit([](auto why) -> Attempt<Verification> { return why; }, cut.why());
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
  Result<std::unique_ptr<PostgresSession>> open() const {
    query::SessionOptions options;
    options.name = "keel replay verify";
    options.statement_timeout = {};
    auto session = PostgresSession::open(parts_.read_dsn, options);
    if (!session) return session.fault();
    // It looks at whole tables.
    const auto set = (*session)->run_script("SET enable_seqscan = on; SET enable_hashjoin = on");
    if (!set.ok()) return set.fault(Fault::Outcome::nothing_changed);
    return session;
  }

  /// Checkpoints, parked events and sums of every lane, in one snapshot.
  Attempt<Done> make_cut() {
    const auto session = open();
    if (!session) return session.fault();
    const auto& tables = parts_.projection.tables;
    const Parameters none;
    const auto which = Parameters().text(parts_.projection.name).integer(generation_);
    std::vector<std::string> sums;
    for (const auto& table : tables) sums.push_back(query::checksums_sql(table, generation_));
    std::vector<Statement> statements{{begin_sql, &none}, {checkpoints_sql, &which}, {parked_sql, &which}};
    for (const auto& sql : sums) statements.push_back({sql, &which});
    statements.push_back({commit_sql, &none});
    const auto answers = (*session)->run(statements);
    for (const auto& answer : answers) {
      if (!answer.ok()) return answer.fault(Fault::Outcome::nothing_changed);
    }
    std::set<Uuid> incarnations;
    take_checkpoints(answers[1], tables.size(), cuts_, incarnations);
    take_parked(answers[2], cuts_);
    for (std::size_t i = 0; i < tables.size(); ++i) take_sums(answers[3 + i], i, tables.size(), cuts_);
    if (incarnations.size() == 1 && *incarnations.begin() == incarnation_) return Done{};
    return conflict(incarnations.empty() ? "the generation has no checkpoints yet: is it being filled?"
                                         : "the generation was folded from another incarnation of the journal");
  }

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

  Result<Expected> fold(std::int32_t lane, const Cut& cut, journal::EventScan& scan) {
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
    const auto session = open();
    if (!session) return session.fault();
    const auto& tables = parts_.projection.tables;
    const Parameters none;
    const auto which = Parameters().text(parts_.projection.name).integer(generation_);
    const auto of_lane = Parameters(which).small(lane);
    std::vector<std::string> reads;
    for (const auto& table : tables) reads.push_back(query::lane_rows_sql(table, generation_));
    std::vector<Statement> statements{{begin_sql, &none}, {checkpoints_sql, &which}, {parked_sql, &which}};
    for (const auto& sql : reads) statements.push_back({sql, &of_lane});
    statements.push_back({commit_sql, &none});
    const auto answers = (*session)->run(statements);
    for (const auto& answer : answers) {
      if (!answer.ok()) return answer.fault(Fault::Outcome::nothing_changed);
    }
    Cuts cuts;
    std::set<Uuid> incarnations;
    take_checkpoints(answers[1], tables.size(), cuts, incarnations);
    take_parked(answers[2], cuts);
    const auto& cut = cuts[lane];
    auto expected = fold(lane, cut, scan);
    if (!expected) return expected.fault();
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto found = rows_of(tables[i], answers[3 + i], expected->unfoldable);
      leave_out(expected->unfoldable, expected->tables[i]);
      auto some = compare(tables[i], Lane{lane}, found, expected->tables[i]);
      differences.insert(differences.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    note(cut, *expected, std::move(differences));
    return Done{};
  }

  static bool is_of(const std::unordered_set<AggregateRef>& aggregates, const query::Value& id) {
    const auto* text = std::get_if<std::string>(&id);
    return text != nullptr && std::ranges::any_of(aggregates, [&](const AggregateRef& one) { return one.id == *text; });
  }

  static void leave_out(const std::unordered_set<AggregateRef>& aggregates, RowsByKey& rows) {
    if (aggregates.empty()) return;
    std::erase_if(rows, [&](const auto& entry) { return is_of(aggregates, entry.first.front()); });
  }

  static RowsByKey rows_of(const query::Table& table, const Answer& answer,
                           const std::unordered_set<AggregateRef>& left_out) {
    RowsByKey rows;
    for (int i = 0; i < answer.rows(); ++i) {
      auto row = query::row_of(table.columns, answer, i);
      query::Key key(row.values.begin(), row.values.begin() + static_cast<std::ptrdiff_t>(table.key_columns));
      rows.emplace(std::move(key), std::move(row));
    }
    leave_out(left_out, rows);
    return rows;
  }

  void note(const Cut& cut, const Expected& expected, std::vector<Difference> differences) {
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
  const std::int64_t generation_;
  const Uuid incarnation_;
  const VerifyOptions& options_;
  const std::function<bool()>& ended_;
  Cuts cuts_;
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
