#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "bench/postgres_reading.hpp"
#include "bench/raw_journal.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t batch = 200;
constexpr std::int64_t million = 1'000'000;

/// Sizes of the journal at which an append is priced; the last is the one asked for.
std::vector<std::int64_t> points(std::int64_t events) {
  std::vector<std::int64_t> points;
  const std::int64_t step = events >= 5 * million ? 5 * million : events / 5;
  if (events >= 5 * million) points.push_back(million);
  for (std::int64_t at = step; at <= events; at += step) points.push_back(at);
  if (points.back() != events) points.push_back(events);
  return points;
}

/// What the server has done about checkpoints so far.
struct Checkpoints {
  double count = 0;
  double written_by_checkpoints = 0;
  double written_by_back_ends = 0;
  double mib_since_last = 0;

  static Checkpoints now(PostgresReading& server) {
    const auto row = server.rows(
        "SELECT checkpoints_timed + checkpoints_req, buffers_checkpoint, buffers_backend,"
        " pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) / 1048576 FROM pg_stat_bgwriter, "
        "pg_control_checkpoint()");
    const auto number = [&](std::size_t column) { return std::stod(row.front()[column]); };
    return {number(0), number(1), number(2), number(3)};
  }
};

/// One journal that grows.
class Growth {
 public:
  Growth(const Setup& setup, const std::string& dsn, const Population& population)
      : setup_(setup), journal_(dsn), server_(dsn), rows_(population, journal_.lane_count()) {}

  /// Appends until there are so many events; the last `window` of them are priced.
  Row grow_to(std::int64_t events, std::int64_t window, const std::string& name) {
    append_until(events - window);
    const auto before = Checkpoints::now(server_);
    Processes postgres;
    if (setup_.processes.contains("postgres")) postgres["postgres"] = setup_.processes.at("postgres");
    const CpuWatch cpu(postgres);
    const auto start = steady_clock::now();
    const std::int64_t first = stored_;
    append_until(events);
    const auto rows = static_cast<double>(stored_ - first);
    const double seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    const auto after = Checkpoints::now(server_);
    Row row{name, Part::subject, {{"a row", "µs", {seconds * 1e6 / rows}}}, {}};
    for (const auto& [group, used] : cpu.used()) row.figures.push_back({"CPU " + group, "µs", {used * 1e6 / rows}});
    row.figures.push_back({"checkpoints begun", "", {after.count - before.count}});
    row.figures.push_back({"WAL since checkpoint", "MiB", {after.mib_since_last}});
    row.figures.push_back({"pages by checkpoints", "", {after.written_by_checkpoints - before.written_by_checkpoints}});
    row.figures.push_back({"pages by back ends", "", {after.written_by_back_ends - before.written_by_back_ends}});
    std::cerr << line_of(row) << '\n';
    return row;
  }

 private:
  void append_until(std::int64_t events) {
    while (stored_ < events) {
      journal_.append(rows_.next(batch));
      stored_ += static_cast<std::int64_t>(batch);
    }
  }

  const Setup& setup_;
  RawJournal journal_;
  PostgresReading server_;
  CartRows rows_;
  std::int64_t stored_ = 0;
};

void refuse_a_used_journal(const std::string& dsn) {
  if (PostgresReading(dsn).number("SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1) AS any_event") > 0) {
    throw std::runtime_error("flat begins with an empty journal, and this one has events: " + dsn);
  }
}

void measure(Finding& finding, const Setup& setup, const std::string& dsn, const Population& population,
             const std::string& name) {
  refuse_a_used_journal(dsn);
  Growth growth(setup, dsn, population);
  Curve wall{name + ", time", Part::subject, {}};
  Curve cpu{name + ", CPU of PostgreSQL", Part::reference, {}};
  std::int64_t last = 0;
  for (const std::int64_t at : points(setup.events)) {
    const std::int64_t window = std::min<std::int64_t>(million / 2, (at - last) / 2);
    const double millions = static_cast<double>(at) / 1e6;
    finding.rows.push_back(growth.grow_to(at, window, readable(millions) + " M events, " + name));
    wall.points.emplace_back(millions, median_figure(finding.rows.back(), "a row"));
    cpu.points.emplace_back(millions, median_figure(finding.rows.back(), "CPU postgres"));
    last = at;
  }
  finding.ratios["last to first, " + name] = wall.points.back().second / wall.points.front().second;
  if (cpu.points.front().second > 0) {
    finding.ratios["CPU, last to first, " + name] = cpu.points.back().second / cpu.points.front().second;
  }
  finding.chart.curves.push_back(std::move(wall));
  finding.chart.curves.push_back(std::move(cpu));
}

/// The next journal needs the disk. The tables refuse to be emptied.
void give_back(const std::string& dsn) { PostgresReading(dsn).rows("DROP TABLE events, receipts"); }

}  // namespace

Finding bench_flat(const Setup& setup) {
  Finding finding;
  finding.scenario = "flat";
  finding.chart = {"cost of an append", "million events in the journal", "µs a row", false, {}, {}};
  measure(finding, setup, setup.raw_dsn, {20'000, false}, "20,000 aggregates");
  give_back(setup.raw_dsn);
  measure(finding, setup, setup.second_raw_dsn, {1'000'000, true}, "1 M at random");
  for (const auto& [x, y] : finding.chart.curves.front().points) finding.chart.ticks.emplace_back(x, readable(x));
  finding.notes.emplace_back(
      "Batches of 200 rows over one connection. The reference of each point is the first one. 'WAL since checkpoint' "
      "is "
      "the phase: soon after a checkpoint every page is logged in full.");
  return finding;
}

}  // namespace keel::bench
