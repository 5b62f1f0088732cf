#include "bench/command_line.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace keel::bench {
namespace {

/// What a scenario needs beside the time.
enum Needs : unsigned {
  command_server = 1,
  query_server = 2,
  raw = 4,
  journal = 8,
  read_store = 16,
  rates = 32,
  how_many_carts = 64,
  how_many_events = 128,
  how_many_aggregates = 256,
  second_raw = 512,
  an_echo = 1024,
};

struct Described {
  const char* name;
  const char* help;
  unsigned needs;
  /// Defaults of its own.
  void (*defaults)(Setup&);
};

const Described scenarios[] = {
    {"command", "durable commands spread over carts, beside an echo and raw appends",
     command_server | raw | how_many_carts | rates | an_echo, [](Setup& setup) { setup.rates = {10'000}; }},
    {"hot", "durable commands on one SKU", command_server | raw | how_many_carts | rates | an_echo,
     [](Setup& setup) { setup.rates = {10'000}; }},
    {"stream", "commands through the streaming rpc, beside raw appends", command_server | raw | how_many_carts,
     [](Setup& setup) {
       setup.in_flight = 1'024;
       setup.channels = 1;
     }},
    {"neighbours", "what a client that repeats old ids costs the others", command_server | how_many_carts,
     [](Setup&) {}},
    {"query", "point reads and hot reads, beside an echo and raw SELECTs",
     command_server | query_server | journal | read_store | how_many_carts | an_echo, [](Setup&) {}},
    {"lag", "from a command's answer to its visibility in a query",
     command_server | query_server | journal | read_store | how_many_carts | rates,
     [](Setup& setup) {
       setup.rates = {5'000, 10'000};
     }},
    {"prepare-recovery", "write the cold aggregates of recovery into a journal that nobody owns",
     journal | how_many_events, [](Setup& setup) { setup.events = 100'000; }},
    {"recovery", "first answers of cold aggregates, beside raw reads", command_server | journal | how_many_events,
     [](Setup& setup) { setup.events = 100'000; }},
    {"flat", "cost of an append as the journal grows", raw | second_raw | how_many_events, [](Setup&) {}},
    {"idle", "memory of a live aggregate", command_server | how_many_aggregates, [](Setup&) {}},
    {"mixed", "a flash sale through the whole pipeline, with queries",
     command_server | query_server | journal | read_store | raw, [](Setup&) {}}};

void add_options(CLI::App& parser, const Described& scenario, Asked& asked, std::vector<std::string>& groups) {
  Setup& setup = asked.setup;
  const auto needs = [&](Needs what) { return (scenario.needs & what) != 0; };
  if (needs(command_server))
    parser.add_option("--command", setup.command_address, "command server")->capture_default_str();
  if (needs(query_server)) parser.add_option("--query", setup.query_address, "query server")->capture_default_str();
  if (needs(journal)) {
    parser.add_option("--journal-dsn", setup.journal_dsn, "the journal's database")
        ->envname("KEEL_JOURNAL__DSN")
        ->required();
  }
  if (needs(read_store)) {
    parser.add_option("--read-dsn", setup.read_dsn, "the read store's database")->envname("KEEL_READ__DSN")->required();
  }
  if (needs(raw)) {
    parser.add_option("--raw-dsn", setup.raw_dsn, "a migrated journal owned by nobody, for raw appends")->required();
  }
  if (needs(second_raw)) parser.add_option("--second-raw-dsn", setup.second_raw_dsn, "another such")->required();
  if (needs(an_echo)) parser.add_option("--echo", setup.echo_address, "where the echo listens")->capture_default_str();
  if (needs(rates)) {
    parser.add_option("--rate", setup.rates, "commands a second of the open loops")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
  }
  const auto count = [&](const char* name, auto& number, const char* help) {
    parser.add_option(name, number, help)->check(CLI::PositiveNumber)->capture_default_str();
  };
  if (needs(how_many_carts)) count("--carts", setup.carts, "carts that commands are spread over");
  if (needs(how_many_events)) count("--events", setup.events, "events of the largest journal, or aggregate");
  if (needs(how_many_aggregates)) count("--aggregates", setup.aggregates, "live aggregates");
  count("--in-flight", setup.in_flight, "calls in flight in a closed loop");
  count("--channels", setup.channels, "connections");
  count("--threads", setup.threads, "threads of the load generator");
  count("--repetitions", setup.repetitions, "runs, of which the median counts");
  parser.add_option("--process", groups, "NAME=PID[,PID…]: whose CPU to tell apart");
  parser.add_option("--json", asked.json_file, "write the result there");
  parser.add_option("--svg", asked.svg_file, "draw the result there");
}

pid_t parse_pid(const std::string& text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size() || pid <= 0) {
    throw std::invalid_argument("--process takes process ids, not '" + text + "'");
  }
  return pid;
}

}  // namespace

Processes parse_processes(const std::vector<std::string>& groups) {
  Processes processes;
  for (const auto& group : groups) {
    const auto equals = group.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == group.size()) {
      throw std::invalid_argument("--process must be NAME=PID[,PID…], not " + group);
    }
    std::istringstream pids(group.substr(equals + 1));
    for (std::string pid; std::getline(pids, pid, ',');) processes[group.substr(0, equals)].push_back(parse_pid(pid));
  }
  return processes;
}

Asked parse(int argc, const char* const* argv) {
  CLI::App parser{"Presses a running Keel and measures it beside its references", "keel bench"};
  parser.require_subcommand(1);
  parser.footer("docs/performance.md says what each number means; tools/bench.sh starts a system of its own for them.");
  parser.add_subcommand("echo-server", "serve the bare echo (the scenarios start it)")
      ->add_option("--listen", "host:port")
      ->required();
  std::vector<std::unique_ptr<Asked>> asked;
  std::vector<std::string> groups;
  double seconds = 10;
  double warm_up = 3;
  for (const auto& scenario : scenarios) {
    auto* command = parser.add_subcommand(scenario.name, scenario.help);
    asked.push_back(std::make_unique<Asked>());
    scenario.defaults(asked.back()->setup);
    add_options(*command, scenario, *asked.back(), groups);
    command->add_option("--seconds", seconds, "length of one run")->check(CLI::PositiveNumber)->capture_default_str();
    command->add_option("--warm-up", warm_up, "seconds before it counts")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  }
  Asked nothing;
  try {
    parser.parse(argc, argv);
    const auto milliseconds = [](double s) { return std::chrono::milliseconds(static_cast<std::int64_t>(s * 1000)); };
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!parser.get_subcommand(scenarios[i].name)->parsed()) continue;
      Asked& chosen = *asked[i];
      chosen.what = scenarios[i].name;
      chosen.setup.measured = milliseconds(seconds);
      chosen.setup.warm_up = milliseconds(warm_up);
      chosen.setup.processes = parse_processes(groups);
      return chosen;
    }
    nothing.what = "echo-server";
    nothing.setup.echo_address = parser.get_subcommand("echo-server")->get_option("--listen")->as<std::string>();
  } catch (const CLI::ParseError& error) {
    nothing.exit_code = parser.exit(error) == 0 ? 0 : 2;
  } catch (const std::invalid_argument& error) {
    std::cerr << "keel bench: " << error.what() << '\n';
    nothing.exit_code = 2;
  }
  return nothing;
}

}  // namespace keel::bench
