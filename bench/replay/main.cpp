// How fast a projection is rebuilt, beside what the machine can do at most with the same rows in the same run; then
// whether one changed column among them is found, and how fast the journal is checked. Makes a PostgreSQL of its own,
// fills a journal, measures, and throws everything away.

#include <CLI/CLI.hpp>
#include <iostream>

#include "bench/replay/quiet_rebuild.hpp"

namespace keel::bench {
namespace {

/// So many that nine in ten are these carts.
std::int64_t aggregates_for(std::int64_t carts) { return (carts * 10 + 8) / 9; }

int run(int argc, char** argv) {
  JournalSize size;
  std::int64_t carts = 0;
  replay::RebuildOptions options;
  CLI::App parser{"Measures a rebuild beside raw reading and raw COPY of the same rows", "keel-replay-bench"};
  parser.add_option("--events", size.events, "events of the journal, nine in ten of carts")->capture_default_str();
  auto* aggregates =
      parser.add_option("--aggregates", size.aggregates, "among so many aggregates")->capture_default_str();
  parser.add_option("--carts", carts, "rows to rebuild and to verify; instead of --aggregates")
      ->check(CLI::PositiveNumber)
      ->excludes(aggregates);
  parser.add_option("--workers", options.workers, "lanes at once")->check(CLI::PositiveNumber)->capture_default_str();
  parser.add_option("--chunk", options.chunk, "events of one read")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(parser, argc, argv);
  if (carts > 0) size.aggregates = aggregates_for(carts);
  if (!makes_sense(size)) {
    std::cerr << "keel-replay-bench: at least 10 aggregates, and two events of each\n";
    return 2;
  }
  QuietRebuild bench(options.workers);
  bench.fill(size);
  bench.read_raw();
  bench.rebuild(options);
  bench.copy_raw();
  bench.verify();
  bench.verify_finds_one_changed_column();
  bench.check_journal();
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
