#include <algorithm>
#include <future>
#include <optional>

#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/gate.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"
#include "bench/workloads/stock.hpp"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr double hot_reads_per_second = 1'000;
constexpr double point_reads_per_second = 500;
constexpr int carts_to_read = 1'000;

Outcome read_beside(const Setup& setup, double rate, const MakeWorkload& workload) {
  Pressure pressure;
  pressure.address = setup.query_address;
  pressure.channels = 1;
  pressure.in_flight = 4096;
  pressure.rate = rate;
  pressure.warm_up = setup.warm_up;
  pressure.measured = setup.measured;
  return press(pressure, workload);
}

struct Sale {
  std::vector<Outcome> events;
  std::vector<Outcome> buys;
  std::vector<Outcome> hot_reads;
  std::vector<Outcome> point_reads;
  std::vector<double> most_behind;
  std::vector<double> median_behind;
  std::vector<double> seconds_to_drain;
};

void sell(const Setup& setup, const std::string& sku, const std::string& carts, Sale& sale) {
  Pipeline pipeline(setup);
  Outcome events;
  std::vector<double> lags;
  {
    Gate gate(setup);
    const std::string prefix = run_prefix();
    auto hot = std::async(std::launch::async, [&] {
      return read_beside(setup, hot_reads_per_second, [&](int) { return read_availability(sku); });
    });
    auto point = std::async(std::launch::async, [&] {
      return read_beside(setup, point_reads_per_second, [&](int) { return read_carts(carts, carts_to_read); });
    });
    Pressure pressure;
    pressure.address = setup.command_address;
    pressure.in_flight = setup.in_flight;
    pressure.channels = setup.channels;
    pressure.warm_up = setup.warm_up;
    pressure.measured = setup.measured;
    std::int64_t before = 0;
    std::optional<CpuWatch> cpu;
    pressure.on_begin = [&] {
      gate.take_lags();
      before = gate.events();
      cpu.emplace(setup.processes);
    };
    pressure.on_end = [&] {
      events.answered = static_cast<std::uint64_t>(gate.events() - before);
      events.cpu_seconds = cpu->used();
      lags = gate.take_lags();
    };
    const auto may_buy = [&gate](std::uint64_t begun) { return gate.may_buy(begun); };
    sale.buys.push_back(press(pressure, [&](int) { return buy(prefix, sku, may_buy); }));
    sale.hot_reads.push_back(hot.get());
    sale.point_reads.push_back(point.get());
  }
  const auto end = steady_clock::now();
  pipeline.await_projections();
  events.seconds = std::chrono::duration<double>(setup.measured).count();
  sale.events.push_back(events);
  sale.most_behind.push_back(spread_of(lags).most);
  sale.median_behind.push_back(median_of(lags));
  sale.seconds_to_drain.push_back(std::chrono::duration<double>(steady_clock::now() - end).count());
}

}  // namespace

Finding bench_mixed(const Setup& setup) {
  const std::string prefix = run_prefix();
  const std::string sku = prefix + "sku";
  receive_stock(setup.command_address, sku);
  fill(setup, [&](int) { return fill_carts(prefix, carts_to_read, 3); });
  Pipeline(setup).await_projections();

  Sale sale;
  for (int i = 0; i < setup.repetitions; ++i) sell(setup, sku, prefix, sale);
  Finding finding = finding_of("mixed", contest({raw_appends(setup, 200)}, setup.repetitions));
  add(finding, measured_of({"events through the pipeline", Part::subject, {}}, sale.events));
  Row& events = finding.rows.back();
  events.figures.push_back({"behind, median", "events", sale.median_behind});
  events.figures.push_back({"behind, most", "events", sale.most_behind});
  events.figures.push_back({"to drain", "s", sale.seconds_to_drain});
  add(finding, measured_of({"purchases accepted", Part::subject, {}}, sale.buys));
  add(finding, measured_of({"hot reads beside", Part::subject, {}}, sale.hot_reads));
  add(finding, measured_of({"point reads beside", Part::subject, {}}, sale.point_reads));
  finding.ratios["events to raw appends of 200"] =
      median_figure(finding.rows[1], "per second") / median_figure(finding.rows[0], "per second");
  return finding;
}

}  // namespace keel::bench
