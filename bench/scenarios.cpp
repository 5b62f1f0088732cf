#include "bench/scenarios.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "bench/echo_server.hpp"
#include "bench/raw_append.hpp"
#include "bench/workloads.hpp"
#include "core/uuid.hpp"

namespace keel::bench {
namespace {

using MakeWorkload = std::function<std::unique_ptr<Workload>(int)>;

Row measure(const Setup& setup, const std::string& name, const std::string& address, double rate,
            const MakeWorkload& workload, Processes processes) {
  processes["client"] = {getpid()};
  Pressure pressure;
  pressure.address = address;
  pressure.in_flight = rate > 0 ? 4096 : setup.in_flight;
  pressure.rate = rate;
  pressure.warm_up = setup.warm_up;
  pressure.measured = setup.measured;
  std::map<std::string, double> before;
  std::map<std::string, double> used;
  pressure.on_begin = [&] { before = cpu_seconds(processes); };
  pressure.on_end = [&] {
    for (const auto& [process, seconds] : cpu_seconds(processes)) used[process] = seconds - before[process];
  };
  const Outcome outcome = press(pressure, workload);
  Row row = row_of(name, outcome, rate, used);
  std::cerr << table_of({row}).substr(table_of({}).size());
  return row;
}

Row median(std::vector<Row> rows) {
  std::ranges::sort(rows, {}, &Row::per_second);
  return rows[rows.size() / 2];
}

Row measure_echo(const Setup& setup) {
  const EchoProcess echo_process(setup.echo_address);
  return measure(setup, "echo (bare gRPC)", setup.echo_address, 0, [](int) { return echo(); },
                 {{"echo", {echo_process.pid()}}});
}

Row measure_raw_append(const Setup& setup, std::size_t batch) {
  const double seconds = std::chrono::duration<double>(setup.measured).count();
  const auto raw = raw_append(setup.raw_append_dsn, batch, static_cast<std::size_t>(setup.carts), seconds);
  if (!raw) throw std::runtime_error("raw append: " + raw.fault().what);
  Row row;
  row.name = "raw append, batches of " + std::to_string(batch);
  row.per_second = raw->rows_per_second;
  std::cerr << table_of({row}).substr(table_of({}).size());
  return row;
}

std::string run_prefix() { return make_uuid_v7(system_now()).text().substr(0, 13) + "-"; }

/// The scenario beside its references, interleaved, then at half of its load.
Finding beside_references(const Setup& setup, const std::string& name, const MakeWorkload& workload) {
  std::vector<Row> full;
  std::vector<Row> echoes;
  for (int i = 0; i < setup.repetitions; ++i) {
    echoes.push_back(measure_echo(setup));
    full.push_back(measure(setup, name, setup.command_address, 0, workload, setup.processes));
  }
  Finding finding;
  finding.rows.push_back(median(echoes));
  for (const std::size_t batch : {std::size_t{32}, std::size_t{200}}) {
    finding.rows.push_back(measure_raw_append(setup, batch));
  }
  finding.rows.push_back(median(full));
  const double half = finding.rows.back().per_second / 2;
  finding.rows.push_back(
      measure(setup, name + " at half load", setup.command_address, half, workload, setup.processes));
  finding.ratios["to_echo"] = finding.rows[3].per_second / finding.rows[0].per_second;
  finding.ratios["to_raw_append_of_200"] = finding.rows[3].per_second / finding.rows[2].per_second;
  return finding;
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

Finding bench_command(const Setup& setup) {
  const std::string prefix = run_prefix();
  return beside_references(setup, "command (spread)", [&, run = 0](int thread) mutable {
    return spread_over_carts(prefix + std::to_string(run++) + "-" + std::to_string(thread) + "-", setup.carts / 2);
  });
}

Finding bench_hot(const Setup& setup) {
  const std::string prefix = run_prefix();
  int run = 0;
  return beside_references(setup, "hot (one SKU)", [&](int thread) {
    const std::string sku = prefix + "sku";
    if (thread == 0) receive_stock(setup.command_address, sku);
    return one_hot_sku(sku, 100 * ++run + thread);
  });
}

Finding bench_neighbours(const Setup& setup) {
  const std::string prefix = run_prefix();
  int run = 0;
  const MakeWorkload carts = [&](int thread) {
    return spread_over_carts(prefix + std::to_string(++run) + "-" + std::to_string(thread) + "-", setup.carts / 2);
  };
  const double half =
      measure(setup, "command (spread)", setup.command_address, 0, carts, setup.processes).per_second / 2;
  std::vector<Row> alone;
  std::vector<Row> disturbed;
  std::vector<double> throughput;
  std::vector<double> p99;
  // One set of old ids for the whole bench: the first pass stores them, every later one repeats them.
  const auto shared = std::shared_ptr<Workload>(repeats(prefix + "repeated-", 1000));
  struct Borrowed final : Workload {
    explicit Borrowed(std::shared_ptr<Workload> lender) : whose(std::move(lender)) {}
    Request next() override { return whose->next(); }
    void completed(std::uint64_t key, bool ok) override { whose->completed(key, ok); }
    std::shared_ptr<Workload> whose;
  };
  const auto repeat = [&](std::chrono::milliseconds warm_up, std::chrono::milliseconds measured) {
    Pressure pressure;
    pressure.address = setup.command_address;
    pressure.threads = 1;
    pressure.channels = 1;
    pressure.rate = 1000;
    pressure.warm_up = warm_up;
    pressure.measured = measured;
    return press(pressure, [&](int) { return std::make_unique<Borrowed>(shared); });
  };
  repeat(std::chrono::milliseconds(0), std::chrono::milliseconds(2000));
  for (int pair = 0; pair < 5; ++pair) {
    alone.push_back(measure(setup, "neighbours, alone", setup.command_address, half, carts, setup.processes));
    Outcome repeated;
    std::thread repeater([&] { repeated = repeat(setup.warm_up, setup.measured); });
    disturbed.push_back(
        measure(setup, "neighbours, with repeats", setup.command_address, half, carts, setup.processes));
    repeater.join();
    if (repeated.answered == 0) throw std::runtime_error("the repeating client got no answer");
    throughput.push_back(disturbed.back().per_second / alone.back().per_second);
    p99.push_back(disturbed.back().p99_ms / alone.back().p99_ms);
  }
  return {{median(alone), median(disturbed)},
          {{"throughput_with_to_alone", median_of(throughput)}, {"p99_with_to_alone", median_of(p99)}}};
}

}  // namespace keel::bench
