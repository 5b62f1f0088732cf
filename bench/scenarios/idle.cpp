#include <unistd.h>

#include <iostream>
#include <stdexcept>
#include <thread>

#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"
#include "domain/cart/cart.hpp"

namespace keel::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int lines = 3;

/// Resident memory once it has come to rest: two looks half a second apart that differ by less than a thousandth.
std::uint64_t settled_bytes(const std::vector<pid_t>& pids) {
  const auto until = steady_clock::now() + std::chrono::seconds(30);
  std::uint64_t before = 0;
  std::uint64_t now = resident_bytes(pids);
  while (steady_clock::now() < until && (now > before ? now - before : before - now) > now / 1000) {
    std::this_thread::sleep_for(milliseconds(500));
    before = std::exchange(now, resident_bytes(pids));
  }
  return now;
}

cart::v1::CartState cart_with_lines() {
  cart::v1::CartState state;
  for (int i = 0; i < lines; ++i) {
    cart::v1::AddItemRequest add;
    add.set_line_id("line-" + std::to_string(i));
    add.set_sku("85123A");
    add.set_quantity(6);
    add.mutable_unit_price()->set_currency_code("GBP");
    add.mutable_unit_price()->set_minor_units(255);
    const auto decision = cart::Cart::decide(state, add, {});
    for (const auto& event : decision.acceptance().events) {
      cart::Cart::evolve(state, static_cast<const cart::v1::ItemAdded&>(*event));
    }
  }
  return state;
}

/// The same carts as bare messages on this process's heap, with nothing around them; resident memory, as the server's.
double bare_bytes() {
  constexpr std::size_t count = 100'000;
  const std::vector<pid_t> self = {getpid()};
  const auto state = cart_with_lines();
  std::vector<std::unique_ptr<cart::v1::CartState>> carts;
  carts.reserve(count);
  const auto before = resident_bytes(self);
  for (std::size_t i = 0; i < count; ++i) carts.push_back(std::make_unique<cart::v1::CartState>(state));
  return static_cast<double>(resident_bytes(self) - before) / static_cast<double>(count);
}

}  // namespace

Finding bench_idle(const Setup& setup) {
  const auto server = setup.processes.find("server");
  if (server == setup.processes.end()) throw std::runtime_error("idle needs --process server=PID");
  const std::string prefix = run_prefix();
  fill(setup, [&](int) { return fill_carts(prefix + "first-", 2'000, lines); });
  const auto before = settled_bytes(server->second);
  const auto start = steady_clock::now();
  fill(setup, [&](int) { return fill_carts(prefix, static_cast<int>(setup.aggregates), lines); });
  const double seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  const auto after = settled_bytes(server->second);

  const auto count = static_cast<double>(setup.aggregates);
  const double each = (static_cast<double>(after) - static_cast<double>(before)) / count;
  Finding finding;
  finding.scenario = "idle";
  finding.rows.push_back({readable(setup.aggregates) + " live carts of 3 lines",
                          Part::subject,
                          {{"each", "bytes", {each}},
                           {"resident", "MiB", {static_cast<double>(after) / (1 << 20)}},
                           {"filled in", "s", {seconds}}},
                          {}});
  finding.rows.push_back({"bare CartState messages", Part::reference, {{"each", "bytes", {bare_bytes()}}}, {}});
  finding.ratios["to the bare message"] = each / median_figure(finding.rows[1], "each");
  return finding;
}

}  // namespace keel::bench
