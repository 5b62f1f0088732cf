#include "bench/contest.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>
#include <optional>

#include "bench/echo_server.hpp"
#include "bench/raw_journal.hpp"
#include "bench/report.hpp"
#include "bench/workloads/carts.hpp"
#include "core/uuid.hpp"

namespace keel::bench {
namespace {

/// More than any open loop lets pile up before its deadlines.
constexpr int open_loop_in_flight = 4096;

Processes with_client(Processes processes) {
  processes["client"] = {getpid()};
  return processes;
}

Outcome press_watching(const Setup& setup, const std::string& address, double rate, const MakeWorkload& workload,
                       const Processes& processes) {
  Pressure pressure;
  pressure.address = address;
  pressure.threads = setup.threads;
  pressure.channels = setup.channels;
  pressure.in_flight = rate > 0 ? open_loop_in_flight : setup.in_flight;
  pressure.rate = rate;
  pressure.warm_up = setup.warm_up;
  pressure.measured = setup.measured;
  std::optional<CpuWatch> cpu;
  std::map<std::string, double> used;
  pressure.on_begin = [&] { cpu.emplace(processes); };
  pressure.on_end = [&] { used = cpu->used(); };
  Outcome outcome = press(pressure, workload);
  outcome.cpu_seconds = std::move(used);
  return outcome;
}

/// Where a share stands on the axis of percentiles: each nine is as wide as the one before.
double nines(double share) { return -std::log10(1 - share); }

Curve latency_of(const Contender& contender, const std::vector<Outcome>& outcomes) {
  Histogram all;
  for (const auto& outcome : outcomes) all.merge(outcome.latency);
  Curve curve{contender.name, contender.part, {}};
  if (all.total() == 0) return curve;
  for (const double share : {0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995}) {
    curve.points.emplace_back(nines(share), all.quantile(share) / 1000);
  }
  curve.points.emplace_back(4, all.largest() / 1000);
  return curve;
}

Chart latency_chart() {
  return {"latency", "percentile", "ms", true, {{nines(0.5), "50"}, {1, "90"}, {2, "99"}, {3, "99.9"}, {4, "largest"}},
          {}};
}

std::vector<double> each(const std::vector<Outcome>& outcomes, const std::function<double(const Outcome&)>& number) {
  std::vector<double> numbers;
  for (const auto& outcome : outcomes) numbers.push_back(number(outcome));
  return numbers;
}

void add_latencies(Row& row, const std::vector<Outcome>& outcomes) {
  const std::pair<const char*, double> shares[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}};
  for (const auto& share : shares) {
    row.figures.push_back({share.first, "ms", each(outcomes, [&share](const Outcome& o) {
                             return o.latency.quantile(share.second) / 1000;
                           })});
  }
}

void add_cpu(Row& row, const std::vector<Outcome>& outcomes) {
  for (const auto& used : outcomes.front().cpu_seconds) {
    row.figures.push_back({"CPU " + used.first, "µs", each(outcomes, [&used](const Outcome& o) {
                             return o.answered == 0 ? 0 : o.cpu_seconds.at(used.first) * 1e6 / double(o.answered);
                           })});
  }
}

}  // namespace

Measured measured_of(const Contender& contender, const std::vector<Outcome>& outcomes) {
  Row row{contender.name, contender.part, {}, {}};
  row.figures.push_back({"per second", "/s", each(outcomes, [](const Outcome& o) { return o.per_second(); })});
  if (outcomes.front().latency.total() > 0) add_latencies(row, outcomes);
  add_cpu(row, outcomes);
  for (const auto& outcome : outcomes) {
    for (const auto& [status, count] : outcome.failed) row.failed[status] += count;
  }
  return {std::move(row), latency_of(contender, outcomes)};
}

std::vector<Measured> contest(const std::vector<Contender>& contenders, int repetitions) {
  std::vector<std::vector<Outcome>> outcomes(contenders.size());
  for (int i = 0; i < repetitions; ++i) {
    for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
      const std::size_t which = i % 2 == 0 ? turn : contenders.size() - 1 - turn;
      sync();  // what the one before left to the file system is not written during this one's run
      outcomes[which].push_back(contenders[which].run());
      std::cerr << line_of(measured_of(contenders[which], {outcomes[which].back()}).row) << '\n';
    }
  }
  std::vector<Measured> measured;
  for (std::size_t i = 0; i < contenders.size(); ++i) measured.push_back(measured_of(contenders[i], outcomes[i]));
  return measured;
}

Contender calls(const Setup& setup, std::string name, const std::string& address, double rate, MakeWorkload workload) {
  return {std::move(name), Part::subject, [&setup, address, rate, workload = std::move(workload)] {
            return press_watching(setup, address, rate, workload, with_client(setup.processes));
          }};
}

Contender bare_echo(const Setup& setup) {
  return {"echo (bare gRPC)", Part::reference, [&setup] {
            const EchoProcess process(setup.echo_address);
            return press_watching(
                setup, setup.echo_address, 0, [](int) { return echo(); }, with_client({{"echo", {process.pid()}}}));
          }};
}

Contender raw_appends(const Setup& setup, std::size_t batch) {
  return {"raw append, batches of " + std::to_string(batch), Part::reference, [&setup, batch] {
            Processes processes;
            if (setup.processes.contains("postgres")) processes["postgres"] = setup.processes.at("postgres");
            return raw_append(setup.raw_dsn, batch, {static_cast<std::size_t>(setup.carts), false}, setup.measured,
                              with_client(processes));
          }};
}

Finding finding_of(std::string scenario, const std::vector<Measured>& measured) {
  Finding finding;
  finding.scenario = std::move(scenario);
  finding.chart = latency_chart();
  for (const auto& one : measured) add(finding, one);
  return finding;
}

void add(Finding& finding, const Measured& measured) {
  finding.rows.push_back(measured.row);
  if (!measured.latency.points.empty()) finding.chart.curves.push_back(measured.latency);
}

std::string run_prefix() { return make_uuid_v7(system_now()).text().substr(0, 13) + "-"; }

}  // namespace keel::bench
