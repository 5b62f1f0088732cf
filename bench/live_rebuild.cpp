#include "bench/live_rebuild.hpp"

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "bench/beside.hpp"
#include "bench/contest.hpp"
#include "bench/filling.hpp"
#include "bench/journal_filler.hpp"
#include "bench/postgres_reading.hpp"
#include "bench/rebuild_references.hpp"
#include "bench/witnesses.hpp"
#include "bench/workloads/carts.hpp"
#include "bench/workloads/watched_carts.hpp"

namespace keel::bench {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// As many lanes at once as the tool's rebuild has by default.
constexpr std::size_t sessions = 3;
/// More than any open loop lets pile up before its deadlines.
constexpr int open_loop_in_flight = 4096;

Rebuilt rebuild(const OperatorTool& tool, const std::string& projection) {
  const auto ran = tool.must({"rebuild", projection, "--yes", "--reason", "bench"});
  const auto told = nlohmann::json::parse(ran.output);
  Rebuilt rebuilt;
  rebuilt.generation = told.at("generation");
  rebuilt.folding.answered = told.at("events");
  rebuilt.folding.seconds = told.at("seconds");
  rebuilt.cpu_seconds = ran.cpu_seconds;
  return rebuilt;
}

double verify(const OperatorTool& tool, const std::string& projection, std::int64_t generation) {
  return tool.must({"verify", projection, "--generation", std::to_string(generation)}).seconds;
}

/// Under load the two generations meet within their projectors' lag.
double promote(const OperatorTool& tool, const std::string& projection) {
  return tool.must({"promote", projection, "--yes", "--patience", "10000", "--reason", "bench"}).seconds;
}

std::int64_t live_generation(const std::string& read_dsn, const std::string& projection) {
  return static_cast<std::int64_t>(
      PostgresReading(read_dsn).number("SELECT live FROM projections WHERE projection = '" + projection + "'"));
}

Pressure open_loop(const Setup& setup, const std::string& address, double rate) {
  Pressure pressure;
  pressure.address = address;
  pressure.channels = setup.channels;
  pressure.in_flight = open_loop_in_flight;
  pressure.rate = rate;
  return pressure;
}

void await_switch(const SwitchWatch& watch) {
  const auto until = steady_clock::now() + seconds(20);
  while (watch.found().of_the_new == 0) {
    if (steady_clock::now() > until) throw std::runtime_error("no query was answered from the promoted generation");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Everything between the first command and the last answer.
class UnderLoad {
 public:
  UnderLoad(const Setup& setup, const OperatorTool& tool)
      : setup_(setup), tool_(tool), prefix_(run_prefix()), witnesses_(setup, prefix_) {
    fill(setup, [&](int) { return fill_carts(prefix_, setup.carts, 1); });
    Pipeline(setup).await_projections();
    witnesses_.mark(setup.read_dsn);
  }

  LiveRebuild run() {
    begin("warming up");
    Beside commands(open_loop(setup_, setup_.command_address, setup_.commands_per_second),
                    told_carts(prefix_, setup_.carts, check_), parts_);
    Beside queries(open_loop(setup_, setup_.query_address, setup_.queries_per_second),
                   checked_reads(prefix_, setup_.carts, witnesses_.customer(), check_, watch_), parts_);
    std::this_thread::sleep_for(setup_.warm_up);
    try {
      do_everything();
    } catch (const std::runtime_error& error) {  // what the loads came to is told all the same
      live_.failed = error.what();
    }
    parts_.end();
    take(commands.outcomes(), queries.outcomes());
    live_.visibility = check_.found();
    live_.lists = watch_.found();
    return std::move(live_);
  }

 private:
  void begin(const std::string& part) {
    std::cerr << "rebuild-live: " << part << '\n';
    parts_.begin(part);
  }

  void do_everything() {
    begin("alone");
    std::this_thread::sleep_for(setup_.measured);
    begin("raw reading");
    live_.raw_reading = read_lanes(setup_.journal_dsn, "cart", sessions);
    begin("rebuild");
    const auto began = steady_clock::now();
    live_.rebuilt = rebuild(tool_, "carts");
    begin("verify");
    live_.verify_seconds = verify(tool_, "carts", live_.rebuilt.generation);
    begin("promote");
    live_.promote_seconds = promote(tool_, "carts");
    await_switch(watch_);
    live_.seconds_to_be_seen = std::chrono::duration<double>(steady_clock::now() - began).count();
    begin("afterwards");
    std::this_thread::sleep_for(setup_.measured);
  }

  void take(std::vector<Outcome> commands, std::vector<Outcome> queries) {
    for (std::size_t part = 0; part < commands.size(); ++part) {
      live_.parts.push_back({parts_.names()[part], std::move(commands[part]), std::move(queries[part])});
    }
  }

  const Setup& setup_;
  const OperatorTool& tool_;
  const std::string prefix_;
  VisibilityCheck check_;
  Witnesses witnesses_;
  SwitchWatch watch_{Witnesses::count};
  Parts parts_;
  LiveRebuild live_;
};

}  // namespace

Rebuilt bring_up(const Setup& setup, const OperatorTool& tool) {
  Rebuilt carts;
  std::vector<std::pair<std::string, std::int64_t>> before;
  for (const std::string projection : filled_projections) {
    before.emplace_back(projection, live_generation(setup.read_dsn, projection));
    const auto rebuilt = rebuild(tool, projection);
    verify(tool, projection, rebuilt.generation);
    promote(tool, projection);
    if (projection == "carts") carts = rebuilt;
  }
  // Without it the projectors would fold everything into the generation before, for a roll-back that nobody wants.
  for (const auto& [projection, generation] : before) {
    tool.must({"drop", projection, "--generation", std::to_string(generation), "--yes", "--reason", "bench"});
    tool.must({"unpause", projection, "--yes", "--reason", "bench"});
  }
  Pipeline(setup).await_projections();
  return carts;
}

LiveRebuild rebuild_under_load(const Setup& setup, const OperatorTool& tool) { return UnderLoad(setup, tool).run(); }

}  // namespace keel::bench
