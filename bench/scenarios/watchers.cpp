#include "bench/watchers.hpp"

#include <stdexcept>

#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"

namespace keel::bench {
namespace {

constexpr int people = 20;
constexpr int pairs_at_least = 10;

std::vector<double> ratios_of(const Row& above, const Row& below, const std::string& figure) {
  const auto& over = std::ranges::find(above.figures, figure, &Figure::name)->values;
  const auto& under = std::ranges::find(below.figures, figure, &Figure::name)->values;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < over.size(); ++i) ratios.push_back(over[i] / under[i]);
  return ratios;
}

Row row_of(const Histogram& pages) {
  const auto milliseconds = [&](double share) { return std::vector<double>{pages.quantile(share) / 1000}; };
  return {"a page of the dashboard",
          Part::subject,
          {{"p50", "ms", milliseconds(0.5)},
           {"p95", "ms", milliseconds(0.95)},
           {"p99", "ms", milliseconds(0.99)},
           {"largest", "ms", {pages.largest() / 1000}},
           {"pages", "", {static_cast<double>(pages.total())}}},
          {}};
}

}  // namespace

Finding bench_watchers(const Setup& setup) {
  const std::string prefix = run_prefix();
  fill(setup, [&](int) { return fill_carts(prefix + "live-", static_cast<int>(setup.aggregates), 1); });
  int run = 0;
  const MakeWorkload carts = [&](int) { return spread_over_carts(prefix + std::to_string(++run) + "-", setup.carts); };
  Histogram pages;
  std::uint64_t bytes = 0;

  Contender unwatched = calls(setup, "commands, nobody watches", setup.command_address, 0, carts);
  unwatched.part = Part::reference;
  Contender watched = calls(setup, "commands, 20 people watch", setup.command_address, 0, carts);
  watched.run = [&, press = watched.run] {
    const Watchers watchers(setup.dashboard_address, people);
    Outcome outcome = press();
    if (const auto why = watchers.failure(); !why.empty())
      throw std::runtime_error("the dashboard failed a watcher: " + why);
    pages.merge(watchers.pages());
    bytes += watchers.bytes();
    return outcome;
  };
  const auto measured = contest({unwatched, watched}, std::max(setup.repetitions, pairs_at_least));
  Finding finding = finding_of("watchers", measured);
  finding.rows.push_back(row_of(pages));
  finding.ratios["per second, watched to unwatched"] =
      median_of(ratios_of(measured[1].row, measured[0].row, "per second"));
  finding.notes.push_back(readable(setup.aggregates) + " aggregates live; " + readable(bytes) +
                          " bytes of live events");
  return finding;
}

}  // namespace keel::bench
