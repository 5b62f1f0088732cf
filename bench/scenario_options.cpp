#include "bench/scenario_options.hpp"

#include <CLI/CLI.hpp>

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
  a_dashboard = 2048,
  a_load_beside = 4096,
};

/// Of the journal that a rebuild is measured with.
void many_aggregates(Setup& setup) {
  setup.events = 5'000'000;
  setup.aggregates = 200'000;
}

const Described described[] = {
    {"echo", "the bare echo alone: what gRPC and the load generator cost", an_echo, [](Setup&) {}},
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
     command_server | query_server | journal | read_store | raw, [](Setup&) {}},
    {"prepare-rebuild", "fill the journal of rebuild-live, which nobody owns yet",
     journal | read_store | how_many_events | how_many_aggregates, &many_aggregates},
    {"rebuild-live", "rebuild, verify and promote a projection while commands and queries go on",
     command_server | query_server | journal | read_store | how_many_carts | how_many_events | how_many_aggregates |
         a_load_beside,
     [](Setup& setup) {
       many_aggregates(setup);
       setup.channels = 1;
     }},
    {"watchers", "what people in front of the dashboard cost, and how quickly it answers",
     command_server | a_dashboard | how_many_carts | how_many_aggregates, [](Setup& setup) {
       setup.aggregates = 100'000;
       setup.repetitions = 10;
     }}};

}  // namespace

std::span<const Described> described_scenarios() { return described; }

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
  if (needs(a_dashboard)) {
    parser.add_option("--dashboard", setup.dashboard_address, "HTTP of the dashboard")->capture_default_str();
  }
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
  if (needs(how_many_aggregates)) count("--aggregates", setup.aggregates, "live aggregates, or those of the journal");
  if (needs(a_load_beside)) {
    count("--commands-per-second", setup.commands_per_second, "open loop of commands meanwhile");
    count("--queries-per-second", setup.queries_per_second, "open loop of queries meanwhile");
  }
  count("--in-flight", setup.in_flight, "calls in flight in a closed loop");
  count("--channels", setup.channels, "connections");
  count("--threads", setup.threads, "threads of the load generator");
  count("--repetitions", setup.repetitions, "runs, of which the median counts");
  parser.add_option("--process", groups, "NAME=PID[,PID…]: whose CPU to tell apart");
  parser.add_option("--json", asked.json_file, "write the result there");
  parser.add_option("--svg", asked.svg_file, "draw the result there");
}

}  // namespace keel::bench
