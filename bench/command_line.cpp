#include "bench/command_line.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "bench/scenario_options.hpp"

namespace keel::bench {
namespace {

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

namespace {

/// How long to press, as the command line says it.
struct Length {
  double seconds = 10;
  double warm_up = 3;

  void add_options(CLI::App& parser) {
    parser.add_option("--seconds", seconds, "length of one run")->check(CLI::PositiveNumber)->capture_default_str();
    parser.add_option("--warm-up", warm_up, "seconds before it counts")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  }
};

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// Everything that can be asked; one of it is.
class Questions {
 public:
  Questions() {
    parser_.require_subcommand(1);
    parser_.footer(
        "docs/performance.md says what each number means; tools/bench.sh starts a system of its own for them.");
    echo_ = parser_.add_subcommand("echo-server", "serve the bare echo (the scenarios start it)");
    echo_->add_option("--listen", listen_, "host:port")->required();
    for (const auto& scenario : described_scenarios()) add(scenario);
  }

  Asked parse(int argc, const char* const* argv) {
    parser_.parse(argc, argv);
    Asked asked;
    if (echo_->parsed()) {
      asked.what = "echo-server";
      asked.setup.echo_address = listen_;
      return asked;
    }
    for (const auto& candidate : candidates_) {
      if (parser_.get_subcommand(candidate->what)->parsed()) asked = *candidate;
    }
    asked.setup.measured = milliseconds(length_.seconds);
    asked.setup.warm_up = milliseconds(length_.warm_up);
    asked.setup.processes = parse_processes(groups_);
    return asked;
  }

  int exit(const CLI::ParseError& error) const { return parser_.exit(error) == 0 ? 0 : 2; }

 private:
  void add(const Described& scenario) {
    auto* command = parser_.add_subcommand(scenario.name, scenario.help);
    Asked& asked = *candidates_.emplace_back(std::make_unique<Asked>());
    asked.what = scenario.name;
    scenario.defaults(asked.setup);
    add_options(*command, scenario, asked, groups_);
    length_.add_options(*command);
  }

  CLI::App parser_{"Presses a running Keel and measures it beside its references", "keel bench"};
  CLI::App* echo_ = nullptr;
  std::string listen_;
  std::vector<std::unique_ptr<Asked>> candidates_;
  std::vector<std::string> groups_;
  Length length_;
};

}  // namespace

Asked parse(int argc, const char* const* argv) {
  Questions questions;
  Asked nothing;
  try {
    return questions.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    nothing.exit_code = questions.exit(error);
  } catch (const std::invalid_argument& error) {
    std::cerr << "keel bench: " << error.what() << '\n';
    nothing.exit_code = 2;
  }
  return nothing;
}

}  // namespace keel::bench
