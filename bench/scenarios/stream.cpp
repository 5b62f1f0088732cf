#include <unistd.h>

#include <optional>

#include "bench/contest.hpp"
#include "bench/scenarios.hpp"
#include "bench/stream_driver.hpp"
#include "bench/workloads/carts.hpp"

namespace keel::bench {
namespace {

Outcome press_once(const Setup& setup, const std::string& prefix) {
  Processes processes = setup.processes;
  processes["client"] = {getpid()};
  Pressure pressure;
  pressure.address = setup.command_address;
  pressure.channels = setup.channels;
  pressure.in_flight = setup.in_flight;
  pressure.warm_up = setup.warm_up;
  pressure.measured = setup.measured;
  std::optional<CpuWatch> cpu;
  std::map<std::string, double> used;
  pressure.on_begin = [&] { cpu.emplace(processes); };
  pressure.on_end = [&] { used = cpu->used(); };
  const auto commands = streamed_carts(prefix, setup.carts);
  Outcome outcome = press_streams(pressure, *commands);
  outcome.cpu_seconds = std::move(used);
  return outcome;
}

}  // namespace

Finding bench_stream(const Setup& setup) {
  const std::string prefix = run_prefix();
  int run = 0;
  const auto next = [&] { return prefix + std::to_string(run++) + "-"; };
  const Contender streamed{"streamed commands", Part::subject, [&] { return press_once(setup, next()); }};
  const auto measured = contest({raw_appends(setup, 200), raw_appends(setup, 1000),
                                 calls(setup, "unary commands, as many in flight", setup.command_address, 0,
                                       [&](int) { return spread_over_carts(next(), setup.carts); }),
                                 streamed},
                                setup.repetitions);
  Finding finding = finding_of("stream", measured);
  const auto rate = [&](std::size_t which) { return median_figure(measured[which].row, "per second"); };
  finding.ratios["to raw appends of 200"] = rate(3) / rate(0);
  finding.ratios["to raw appends of 1,000"] = rate(3) / rate(1);
  finding.ratios["to unary"] = rate(3) / rate(2);
  return finding;
}

}  // namespace keel::bench
