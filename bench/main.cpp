// The load generator: measures a running system beside its references, prints a table and writes JSON.

#include <CLI/CLI.hpp>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/echo_server.hpp"
#include "bench/scenarios.hpp"

namespace {

using keel::bench::Finding;
using keel::bench::Processes;
using keel::bench::Setup;

/// "server=12,13": the processes of one group.
Processes parse_processes(const std::vector<std::string>& groups) {
  Processes processes;
  for (const auto& group : groups) {
    const auto equals = group.find('=');
    if (equals == std::string::npos) throw CLI::ValidationError("--process", "must be NAME=PID[,PID…], not " + group);
    std::istringstream pids(group.substr(equals + 1));
    for (std::string pid; std::getline(pids, pid, ',');) processes[group.substr(0, equals)].push_back(std::stoi(pid));
  }
  return processes;
}

void report(const std::string& scenario, const Finding& finding, const std::string& json_file) {
  std::cout << keel::bench::table_of(finding.rows);
  for (const auto& [name, ratio] : finding.ratios) std::cout << "ratio " << name << " = " << ratio << '\n';
  const nlohmann::json document = {{"scenario", scenario},
                                   {"at", std::time(nullptr)},
                                   {"machine", keel::bench::machine_facts()},
                                   {"rows", keel::bench::json_of(finding.rows)},
                                   {"ratios", finding.ratios}};
  if (json_file.empty()) {
    std::cout << document.dump(2) << '\n';
    return;
  }
  std::ofstream(json_file) << document.dump(2) << '\n';
  std::cout << "written to " << json_file << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  std::vector<std::string> groups;
  std::string json_file;
  std::string listen = setup.echo_address;
  int seconds = 10;

  CLI::App parser{"Presses a running Keel and measures it beside its references", "keel-bench"};
  parser.require_subcommand(1);
  auto* echo_server = parser.add_subcommand("echo-server", "serve the bare echo (the other subcommands start it)");
  echo_server->add_option("--listen", listen, "host:port")->capture_default_str();
  const std::map<std::string, std::pair<const char*, Finding (*)(const Setup&)>> scenarios = {
      {"command", {"commands spread over 20,000 carts", keel::bench::bench_command}},
      {"hot", {"commands on one SKU", keel::bench::bench_hot}},
      {"neighbours", {"what a client that repeats old ids costs the others", keel::bench::bench_neighbours}}};
  for (const auto& [name, scenario] : scenarios) {
    auto* command = parser.add_subcommand(name, scenario.first);
    command->add_option("--address", setup.command_address, "the command server")->capture_default_str();
    command->add_option("--raw-append-dsn", setup.raw_append_dsn, "a migrated journal owned by nobody")->required();
    command->add_option("--process", groups, "NAME=PID[,PID…]: whose CPU to tell apart");
    command->add_option("--in-flight", setup.in_flight, "calls in flight")->capture_default_str();
    command->add_option("--repetitions", setup.repetitions, "runs, of which the median counts")->capture_default_str();
    command->add_option("--seconds", seconds, "length of one run")->capture_default_str();
    command->add_option("--json", json_file, "write the result there instead of to standard output");
  }
  CLI11_PARSE(parser, argc, argv);
  try {
    if (echo_server->parsed()) {
      keel::bench::serve_echo(listen);
      return 0;
    }
    setup.measured = std::chrono::seconds(seconds);
    setup.processes = parse_processes(groups);
    for (const auto& [name, scenario] : scenarios) {
      if (parser.get_subcommand(name)->parsed()) report(name, scenario.second(setup), json_file);
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "keel-bench: " << error.what() << '\n';
    return 1;
  }
}
