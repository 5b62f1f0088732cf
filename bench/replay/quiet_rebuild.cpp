#include "bench/replay/quiet_rebuild.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "bench/rebuild_references.hpp"
#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"
#include "query/postgres_projection_store.hpp"
#include "replay/journal_check.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t rebuilt = 2;
constexpr const char* rebuilt_table = "carts_g2";

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

double since(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

void tell(const char* what, double count, double seconds, const char* unit) {
  std::printf("%-44s %10.0f %s in %6.2f s  %10.0f/s\n", what, count, unit, seconds, count / seconds);
  std::fflush(stdout);
}

void tell(const char* what, const Outcome& outcome, const char* unit) {
  tell(what, static_cast<double>(outcome.answered), outcome.seconds, unit);
}

test::Database read_store(test::Cluster& cluster, const query::Projection& projection) {
  const query::ReadModel models[] = {{{projection}, {}}};
  return test::read_database(cluster, models);
}

}  // namespace

QuietRebuild::QuietRebuild(std::size_t workers)
    : workers_(workers),
      cluster_({.fsync = true,
                .settings = {"shared_buffers = 1GB", "max_wal_size = 8GB", "wal_compression = lz4",
                             "checkpoint_timeout = 30min", "max_parallel_maintenance_workers = 2"}}),
      journal_(cluster_.journal_database({{"cart", "inventory"}, 16})),
      read_(read_store(cluster_, projection_)) {}

void QuietRebuild::fill(const JournalSize& size) {
  const auto began = steady_clock::now();
  const auto filled = fill_journal(journal_.dsn, size);
  tell("filling the journal", static_cast<double>(filled.cart_events + filled.inventory_events), since(began),
       "events");
  std::printf("  %lld carts with %lld events, %lld SKUs with %lld events\n", static_cast<long long>(filled.carts),
              static_cast<long long>(filled.cart_events), static_cast<long long>(filled.skus),
              static_cast<long long>(filled.inventory_events));
}

void QuietRebuild::read_raw() const {
  tell("reading the rows, binary, not looked at", read_lanes(journal_.dsn, "cart", workers_), "events");
}

void QuietRebuild::rebuild(const replay::RebuildOptions& options) {
  const auto store = required(replay::ReadStore::open(read_.dsn));
  if (!store->claim(projection_.name)) throw std::runtime_error("somebody rebuilds");
  replay::Deed deed;
  deed.who = "bench";
  deed.action = "rebuild";
  deed.projection = projection_.name;
  const auto operation = required(store->begin_rebuild(projection_, "bench", 0, deed));
  const replay::RebuildParts parts{projection_, query::postgres_projection_store(read_.dsn),
                                   journal::PostgresJournal::opener(journal_.options()),
                                   journal::postgres_event_scan(journal_.options())};
  std::string phase;
  auto phase_began = steady_clock::now();
  const auto end = replay::rebuild(
      parts, options, operation, *store, deed, [] { return false; },
      [&](const replay::Operation& now) {
        if (now.phase == phase) return;
        if (!phase.empty()) std::printf("  %s took %.2f s\n", phase.c_str(), since(phase_began));
        phase = now.phase;
        phase_began = steady_clock::now();
      });
  if (end.fault) throw std::runtime_error(end.fault->what);
  tell("rebuild of the carts, to its end", static_cast<double>(end.events), end.seconds, "events");
}

void QuietRebuild::copy_raw() const {
  tell("COPY of the same rows into such a table", copy_rows(read_.dsn, rebuilt_table), "rows  ");
}

replay::Verification QuietRebuild::compare(const char* what) {
  const auto identity = required(required(journal::PostgresJournal::open(journal_.options()))->identity());
  auto found = replay::verify(
      {projection_, read_.dsn, journal::postgres_event_scan(journal_.options())}, rebuilt, identity.incarnation,
      {.workers = workers_}, [] { return false; }, [](auto, auto) {});
  if (!found) throw std::runtime_error("the rows could not be verified");
  tell(what, static_cast<double>(found->events), found->seconds, "events");
  std::printf("  %lld differences in %lld rows\n", static_cast<long long>(found->different),
              static_cast<long long>(found->rows));
  return *std::move(found);
}

void QuietRebuild::verify() {
  if (compare("verify").different != 0) throw std::runtime_error("the rebuilt rows are not the fold of the journal");
}

void QuietRebuild::verify_finds_one_changed_column() {
  const std::string table = rebuilt_table;
  const auto cart = read_.value("SELECT cart_id FROM " + table + " ORDER BY cart_id OFFSET (SELECT count(*) / 2 FROM " +
                                table + ") LIMIT 1");
  const auto change_by = [&](const char* amount) {
    read_.run("UPDATE " + table + " SET minor_units = minor_units + " + amount + " WHERE cart_id = '" + cart + "'");
  };
  change_by("1");
  const auto found = compare("verify, one column of one row changed by hand");
  for (const auto& one : found.differences) {
    std::printf("  %s %s %s: %s is %s, should be %s\n", std::string(name_of(one.kind)).c_str(), one.table.c_str(),
                one.key.c_str(), one.column.c_str(), one.found.c_str(), one.expected.c_str());
  }
  change_by("-1");
  const bool named = found.different == 1 && found.differences.size() == 1 &&
                     found.differences.front().key == "cart_id=" + cart &&
                     found.differences.front().column == "minor_units";
  if (!named) throw std::runtime_error("verification did not name minor_units of cart_id=" + cart + ", and only that");
}

void QuietRebuild::check_journal() const {
  const std::vector<replay::CheckedContext> contexts{{"cart", {&domain::kind_of<cart::Cart>()}},
                                                     {"inventory", {&domain::kind_of<inventory::Stock>()}}};
  const replay::CheckSources sources{journal::PostgresJournal::opener(journal_.options()),
                                     [this] { return journal::open_inspection(journal_.options()); },
                                     journal::postgres_event_scan(journal_.options())};
  replay::Tally tally;
  const std::atomic<bool> stopping{false};
  const auto began = steady_clock::now();
  const auto report = [](const replay::Finding& finding) {
    std::printf("  %s: %s\n", std::string(finding.kind).c_str(), finding.what.c_str());
  };
  required(replay::check_journal(contexts, {}, sources, {.sessions = workers_}, tally, report, stopping));
  tell("journal check, all contexts", static_cast<double>(tally.events), since(began), "events");
  std::printf("  %lld findings\n", static_cast<long long>(tally.findings));
  if (tally.findings > 0) throw std::runtime_error("the journal is not as it should be");
}

}  // namespace keel::bench
