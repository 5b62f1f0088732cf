// How fast a projection is rebuilt, beside what the machine can do at most with the same rows in the same run. Makes a
// PostgreSQL of its own, fills a journal, measures, and throws everything away.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "bench/replay/journal_filler.hpp"
#include "journal/postgres_event_scan.hpp"
#include "journal/postgres_journal.hpp"
#include "query/cart/carts_projection.hpp"
#include "query/postgres_projection_store.hpp"
#include "replay/rebuild.hpp"
#include "replay/verify.hpp"
#include "support/postgres_cluster.hpp"
#include "support/read_store.hpp"

namespace keel::bench {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

double since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

void tell(const char* what, double count, double seconds, const char* unit) {
  std::printf("%-44s %10.0f %s in %6.2f s  %10.0f/s\n", what, count, unit, seconds, count / seconds);
  std::fflush(stdout);
}

struct Bench {
  explicit Bench(std::size_t lanes_at_once)
      : workers(lanes_at_once),
        cluster({.fsync = true,
                 .settings = {"shared_buffers = 1GB", "max_wal_size = 8GB", "wal_compression = lz4",
                              "checkpoint_timeout = 30min", "max_parallel_maintenance_workers = 2"}}),
        journal(cluster.journal_database({{"cart", "inventory"}, 16})) {
    const query::ReadModel models[] = {{{projection}, {}}};
    read = test::read_database(cluster, models);
  }

  journal::OpenEventScan scan() const { return journal::postgres_event_scan(journal.options()); }
  journal::OpenJournal open_journal() const { return journal::PostgresJournal::opener(journal.options()); }

  /// Every event of the projection's lanes, read as a rebuild reads them and not looked at.
  void read_raw() {
    auto session = required(open_journal()());
    const auto tasks = required(replay::lanes_to_fold(projection, *session));
    std::atomic<std::size_t> next{0};
    std::atomic<std::int64_t> events{0};
    const auto began = Clock::now();
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        const auto mine = required(scan()());
        while (true) {
          const auto index = next++;
          if (index >= tasks.size()) return;
          const auto& task = tasks[index];
          Position at;
          while (at < task.target) {
            const auto from = at;
            at = required(mine->scan(task.context, task.lane, at, task.target, 20'000, [](const auto&) {}));
            events += at.value - from.value;
          }
        }
      });
    }
    for (auto& thread : threads) thread.join();
    tell("reading the rows, binary, not looked at", static_cast<double>(events), since(began), "events");
  }

  void rebuild(const replay::RebuildOptions& options) {
    const auto store = required(replay::ReadStore::open(read.dsn));
    if (!store->claim("carts")) throw std::runtime_error("somebody rebuilds");
    replay::Deed deed;
    deed.who = "bench";
    deed.action = "rebuild";
    deed.projection = "carts";
    const auto operation = required(store->begin_rebuild(projection, "bench", 0, deed));
    const replay::RebuildParts parts{projection, query::postgres_projection_store(read.dsn), open_journal(), scan()};
    std::string phase;
    auto phase_began = Clock::now();
    const auto end = replay::rebuild(
        parts, options, operation, *store, deed, [] { return false; },
        [&](const replay::Operation& now) {
          if (now.phase == phase) return;
          if (!phase.empty()) std::printf("  %s took %.2f s\n", phase.c_str(), since(phase_began));
          phase = now.phase;
          phase_began = Clock::now();
        });
    if (end.fault) throw std::runtime_error(end.fault->what);
    tell("rebuild of the carts, to its end", static_cast<double>(end.events), end.seconds, "events");
  }

  /// The rows that came out, copied once more into a table like theirs.
  void copy_raw() {
    read.run("CREATE TABLE again (LIKE carts_g2 INCLUDING ALL)");
    const auto file = cluster.data_folder() / "carts.copy";
    read.run("COPY (SELECT * FROM carts_g2 ORDER BY lane, cart_id) TO '" + file.string() + "' (FORMAT binary)");
    const auto rows = std::stod(read.value("SELECT count(*) FROM carts_g2"));
    const auto began = Clock::now();
    read.run("COPY again FROM '" + file.string() + "' (FORMAT binary)");
    tell("COPY of the same rows into such a table", rows, since(began), "rows  ");
  }

  void verify() {
    auto session = required(open_journal()());
    const auto identity = required(session->identity());
    const auto found = replay::verify(
        {projection, read.dsn, scan()}, 2, identity.incarnation, {.workers = workers}, [] { return false; },
        [](auto, auto) {});
    if (!found) throw std::runtime_error("verify failed");
    std::printf("verify: %lld differences in %lld rows\n", static_cast<long long>(found->different),
                static_cast<long long>(found->rows));
    tell("verify", static_cast<double>(found->events), found->seconds, "events");
  }

  const std::size_t workers;
  query::Projection projection = query::carts_projection();
  test::Cluster cluster;
  test::Database journal;
  test::Database read;
};

int run(int argc, char** argv) {
  JournalSize size;
  replay::RebuildOptions options;
  CLI::App parser{"Measures a rebuild beside raw reading and raw COPY of the same rows", "keel-replay-bench"};
  parser.add_option("--events", size.events, "events of the journal, nine in ten of carts")->capture_default_str();
  parser.add_option("--aggregates", size.aggregates, "among so many aggregates")->capture_default_str();
  parser.add_option("--workers", options.workers, "lanes at once")->capture_default_str();
  parser.add_option("--chunk", options.chunk, "events of one read")->capture_default_str();
  CLI11_PARSE(parser, argc, argv);
  if (size.aggregates < 10 || size.events < size.aggregates) {
    std::cerr << "keel-replay-bench: at least 10 aggregates, and as many events\n";
    return 2;
  }
  Bench bench(options.workers);
  const auto began = Clock::now();
  const auto filled = fill_journal(bench.journal.dsn, size);
  tell("filling the journal", static_cast<double>(filled.cart_events + filled.inventory_events), since(began),
       "events");
  std::printf("  %lld carts with %lld events, %lld SKUs with %lld events\n", static_cast<long long>(filled.carts),
              static_cast<long long>(filled.cart_events), static_cast<long long>(filled.skus),
              static_cast<long long>(filled.inventory_events));
  bench.read_raw();
  bench.rebuild(options);
  bench.copy_raw();
  bench.verify();
  return 0;
}

}  // namespace
}  // namespace keel::bench

int main(int argc, char** argv) {
  try {
    return keel::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "keel-replay-bench: " << error.what() << '\n';
    return 1;
  }
}
