#include <iostream>
#include <stdexcept>
#include <thread>

#include "bench/cold_carts.hpp"
#include "bench/contest.hpp"
#include "bench/driver.hpp"
#include "bench/folding.hpp"
#include "bench/postgres_reading.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/asking.hpp"

namespace keel::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* events_sql =
    "SELECT type, payload, metadata FROM events WHERE context = 'cart' AND aggregate_type = 'Cart'"
    " AND aggregate_id = $1 ORDER BY version";
constexpr const char* snapshot_and_tail_sql =
    "SELECT s.state, e.type, e.payload FROM snapshots s LEFT JOIN events e ON e.context = s.context"
    " AND e.aggregate_type = s.aggregate_type AND e.aggregate_id = s.aggregate_id AND e.version > s.version"
    " WHERE s.context = 'cart' AND s.aggregate_type = 'Cart' AND s.aggregate_id = $1 ORDER BY e.version";
constexpr const char* many_events_sql =
    "SELECT aggregate_id, type, payload, metadata FROM events WHERE context = 'cart' AND aggregate_type = 'Cart'"
    " AND aggregate_id = ANY ($1::text[]) ORDER BY aggregate_id, version";

std::vector<ColdCarts> kinds(const Setup& setup) {
  std::vector<ColdCarts> kinds;
  for (const std::int64_t events : {std::int64_t{10}, std::int64_t{1'000}, setup.events}) {
    const int count = events == 10 ? 200 : events == 1'000 ? 50 : 5;
    for (const bool snapshot : {true, false}) kinds.push_back({events, snapshot, count, "one-by-one"});
  }
  return kinds;
}

ColdCarts crowd() { return {10, false, 1'000, "at-once"}; }

/// A server that has just started reacts to what is in the journal; a recovery is measured beside nothing.
void await_idle(const Setup& setup) {
  const auto until = steady_clock::now() + std::chrono::seconds(120);
  while (steady_clock::now() < until) {
    const CpuWatch cpu(setup.processes);
    std::this_thread::sleep_for(milliseconds(1000));
    double busy = 0;
    for (const auto& [group, seconds] : cpu.used()) busy += seconds;
    if (busy < 0.1) return;
  }
  throw std::runtime_error("the system does not come to rest");
}

/// One after the other.
Outcome each(const std::vector<std::string>& ids, const std::function<void(const std::string&)>& ask) {
  Outcome outcome;
  const auto start = steady_clock::now();
  for (const auto& id : ids) {
    const auto begun = steady_clock::now();
    ask(id);
    outcome.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun).count());
    ++outcome.answered;
  }
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  return outcome;
}

/// Milliseconds first: that is what a recovery is about.
void add_milliseconds(Finding& finding, const Contender& contender, const Outcome& outcome) {
  Measured measured = measured_of(contender, {outcome});
  auto& figures = measured.row.figures;
  figures.erase(figures.begin());
  figures.push_back({"asked", "", {static_cast<double>(outcome.answered)}});
  std::cerr << line_of(measured.row) << '\n';
  add(finding, measured);
}

void measure(Finding& finding, const Setup& setup, const ColdCarts& carts, Asking& asking) {
  add_milliseconds(finding, {carts.name(), Part::subject, {}},
                   each(carts.ids(), [&](const std::string& id) { asking.ask(id); }));
  PostgresReading journal(setup.journal_dsn);
  journal.prepare(carts.snapshot ? snapshot_and_tail_sql : events_sql);
  add_milliseconds(finding, {"raw read of the same", Part::reference, {}},
                   each(carts.ids(), [&](const std::string& id) { journal.select(id); }));
  const auto& rows = finding.rows;
  finding.ratios["p50 to the raw read, " + carts.name()] =
      median_figure(rows[rows.size() - 2], "p50") / median_figure(rows.back(), "p50");
}

std::string array_of(const std::vector<std::string>& ids) {
  std::string array;
  for (const auto& id : ids) array += (array.empty() ? "{" : ",") + id;
  return array + "}";
}

void measure_at_once(Finding& finding, const Setup& setup) {
  const ColdCarts carts = crowd();
  const double asked = ask_all_at_once(setup.command_address, carts.ids());
  PostgresReading journal(setup.journal_dsn);
  journal.prepare(many_events_sql);
  const Outcome reading = each({array_of(carts.ids())}, [&](const std::string& ids) { journal.select(ids); });
  const double read = reading.seconds * 1000;
  finding.rows.push_back({"1,000 at once, 10 events each", Part::subject, {{"p50", "ms", {asked}}}, {}});
  finding.rows.push_back({"raw read of the same, one statement", Part::reference, {{"p50", "ms", {read}}}, {}});
  finding.ratios["1,000 at once to the raw read"] = asked / read;
}

}  // namespace

void prepare_recovery(const Setup& setup) {
  RawJournal journal(setup.journal_dsn);
  for (const auto& carts : kinds(setup)) store(carts, journal);
  store(crowd(), journal);
}

Finding bench_recovery(const Setup& setup) {
  Asking asking(setup.command_address);
  await_idle(setup);
  asking.ask("warm-" + run_prefix());
  Finding finding = finding_of("recovery", {});
  for (const auto& carts : kinds(setup)) measure(finding, setup, carts, asking);
  measure_at_once(finding, setup);
  const auto largest = kinds(setup).back();
  const double folded = fold_per_second(setup.journal_dsn, largest.ids());
  finding.rows.push_back({"fold of events in memory", Part::reference, {{"events", "/s", {folded}}}, {}});
  finding.notes.emplace_back("Snapshots stand " + std::to_string(tail_events) +
                             " events before the end. An aggregate is asked once, by a command that only validates.");
  return finding;
}

}  // namespace keel::bench
