#include "bench/contest.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"
#include "bench/workloads/stock.hpp"

namespace keel::bench {
namespace {

/// The writes beside their references, interleaved; then at half of their load and at the rates asked for.
Finding beside_references(const Setup& setup, const std::string& scenario, const std::string& name,
                          const MakeWorkload& workload) {
  const auto measured = contest({bare_echo(setup), raw_appends(setup, 32), raw_appends(setup, 200),
                                 raw_appends(setup, 1000), calls(setup, name, setup.command_address, 0, workload)},
                                setup.repetitions);
  Finding finding = finding_of(scenario, measured);
  const double full = median_figure(measured.back().row, "per second");
  std::vector<Contender> paced = {calls(setup, name + ", half load", setup.command_address, full / 2, workload)};
  for (const double rate : setup.rates) {
    paced.push_back(calls(setup, name + ", " + std::to_string(static_cast<int>(rate)) + "/s", setup.command_address,
                          rate, workload));
  }
  for (const auto& one : contest(paced, setup.repetitions)) add(finding, one);
  finding.ratios["to the echo"] = full / median_figure(measured[0].row, "per second");
  finding.ratios["to raw appends of 200"] = full / median_figure(measured[2].row, "per second");
  return finding;
}

}  // namespace

Finding bench_echo(const Setup& setup) {
  Contender echo = bare_echo(setup);
  echo.part = Part::subject;
  return finding_of("echo", contest({echo}, setup.repetitions));
}

Finding bench_command(const Setup& setup) {
  const std::string prefix = run_prefix();
  int run = 0;
  return beside_references(setup, "command", "commands over " + std::to_string(setup.carts) + " carts", [&](int) {
    return spread_over_carts(prefix + std::to_string(run++) + "-", setup.carts / setup.threads);
  });
}

Finding bench_hot(const Setup& setup) {
  const std::string sku = run_prefix() + "sku";
  receive_stock(setup.command_address, sku);
  int run = 0;
  return beside_references(setup, "hot", "commands on one SKU", [&](int) { return one_hot_sku(sku, ++run); });
}

}  // namespace keel::bench
