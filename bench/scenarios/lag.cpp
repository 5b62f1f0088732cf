#include <algorithm>
#include <iostream>

#include "bench/channels.hpp"
#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/follower.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "bench/workloads/carts.hpp"

namespace keel::bench {
namespace {

/// Followed writes a second: enough for a p99, too few to be a load of their own.
constexpr double followed_per_second = 500;

/// One rate, all its repetitions.
struct AtRate {
  /// While nobody asks the query server: what commands cost beside the projections alone.
  std::vector<Outcome> unasked;
  std::vector<Outcome> commands;
  std::vector<Outcome> visible;
  std::vector<Outcome> plain;
};

void press_once(const Setup& setup, const std::shared_ptr<grpc::Channel>& query, double rate, AtRate& at) {
  const auto spread = [&](int) { return spread_over_carts(run_prefix(), setup.carts); };
  at.unasked.push_back(calls(setup, "", setup.command_address, rate, spread).run());
  Pipeline(setup).await_projections();
  Follower follower(query, setup.warm_up);
  const std::string prefix = run_prefix();
  const int every = std::max(1, static_cast<int>(rate / followed_per_second));
  const Contender commands = calls(setup, "", setup.command_address, rate,
                                   [&](int) { return followed_carts(prefix, setup.carts, every, follower); });
  at.commands.push_back(commands.run());
  follower.await_all();
  at.visible.push_back(follower.visible(setup.measured));
  at.plain.push_back(follower.plain(setup.measured));
}

void tell(Finding& finding, double rate, const AtRate& at) {
  const std::string suffix = " at " + readable(rate) + "/s";
  const std::pair<Contender, const std::vector<Outcome>*> lines[] = {
      {{"answer to visible" + suffix, Part::subject, {}}, &at.visible},
      {{"same query, no token" + suffix, Part::reference, {}}, &at.plain},
      {{"commands" + suffix, Part::subject, {}}, &at.commands},
      {{"commands" + suffix + ", no queries", Part::subject, {}}, &at.unasked}};
  for (const auto& [contender, outcomes] : lines) {
    add(finding, measured_of(contender, *outcomes));
    std::cerr << line_of(finding.rows.back()) << '\n';
  }
}

}  // namespace

Finding bench_lag(const Setup& setup) {
  Finding finding = finding_of("lag", {});
  Pressure to_query;
  to_query.address = setup.query_address;
  to_query.channels = 1;
  const auto query = connect(to_query).front();
  for (const double rate : setup.rates) {
    AtRate at;
    for (int i = 0; i < setup.repetitions; ++i) press_once(setup, query, rate, at);
    tell(finding, rate, at);
    const auto& rows = finding.rows;
    finding.ratios["p99 visible to no token, at " + readable(rate) + "/s"] =
        median_figure(rows[rows.size() - 4], "p99") / median_figure(rows[rows.size() - 3], "p99");
  }
  Pipeline(setup).await_projections();
  finding.notes.emplace_back("Every projection caught up with the journal at the end.");
  return finding;
}

}  // namespace keel::bench
