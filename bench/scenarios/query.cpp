#include <stdexcept>
#include <thread>

#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/postgres_reading.hpp"
#include "bench/request_template.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"
#include "bench/workloads/stock.hpp"

namespace keel::bench {
namespace {

/// As many as the query server has by default, so that both press PostgreSQL alike.
constexpr int sessions = 2;

std::vector<std::string> ids(const std::string& prefix, int carts) {
  std::vector<std::string> list;
  Numbered cart(prefix, cart_digits);
  for (int i = 0; i < carts; ++i) {
    list.emplace_back(cart.with(static_cast<std::uint64_t>(i) * 7919 % static_cast<std::uint64_t>(carts)));
  }
  return list;
}

std::string select_cart(PostgresReading& read_store) {
  const auto live = read_store.rows("SELECT live FROM projections WHERE projection = 'carts'");
  if (live.empty()) throw std::runtime_error("the read store has no projection of carts");
  return "SELECT version, changed_at, state, lane, position FROM carts_g" + live.front().front() +
         " WHERE cart_id = $1";
}

Contender raw_reads(const Setup& setup, const std::string& sql, const std::vector<std::string>& carts) {
  return {"raw SELECT by key, " + std::to_string(sessions) + " sessions", Part::reference, [&setup, sql, carts] {
            return raw_select(setup.read_dsn, sql, carts, sessions, setup.measured, setup.processes);
          }};
}

}  // namespace

Finding bench_query(const Setup& setup) {
  const std::string prefix = run_prefix();
  const std::string sku = prefix + "sku";
  receive_stock(setup.command_address, sku);
  fill(setup, [&](int) { return fill_carts(prefix, setup.carts, 3); });
  Pipeline(setup).await_projections();

  PostgresReading read_store(setup.read_dsn);
  const auto measured = contest({bare_echo(setup), raw_reads(setup, select_cart(read_store), ids(prefix, setup.carts)),
                                 calls(setup, "point reads (GetCart)", setup.query_address, 0,
                                       [&](int) { return read_carts(prefix, setup.carts); }),
                                 calls(setup, "hot reads (GetAvailability)", setup.query_address, 0,
                                       [&](int) { return read_availability(sku); })},
                                setup.repetitions);
  Finding finding = finding_of("query", measured);
  const auto rate = [&](std::size_t which) { return median_figure(measured[which].row, "per second"); };
  finding.ratios["hot reads to the echo"] = rate(3) / rate(0);
  finding.ratios["point reads to the echo"] = rate(2) / rate(0);
  finding.ratios["point reads to raw SELECTs"] = rate(2) / rate(1);
  return finding;
}

}  // namespace keel::bench
