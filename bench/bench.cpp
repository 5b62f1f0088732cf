#include "bench/bench.hpp"

#include <chrono>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/command_line.hpp"
#include "bench/echo_server.hpp"
#include "bench/machine.hpp"
#include "bench/picture.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"

namespace keel::bench {
namespace {

const std::map<std::string, Finding (*)(const Setup&)> scenarios = {{"echo", bench_echo},
                                                                    {"command", bench_command},
                                                                    {"hot", bench_hot},
                                                                    {"stream", bench_stream},
                                                                    {"neighbours", bench_neighbours},
                                                                    {"query", bench_query},
                                                                    {"lag", bench_lag},
                                                                    {"recovery", bench_recovery},
                                                                    {"flat", bench_flat},
                                                                    {"idle", bench_idle},
                                                                    {"mixed", bench_mixed},
                                                                    {"watchers", bench_watchers},
                                                                    {"rebuild-live", bench_rebuild_live}};

/// They make what a scenario needs, and measure nothing.
const std::map<std::string, void (*)(const Setup&)> preparations = {{"prepare-recovery", prepare_recovery},
                                                                    {"prepare-rebuild", prepare_rebuild}};

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

void write(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

nlohmann::json document_of(const Finding& finding, const Setup& setup) {
  nlohmann::json document = json_of(finding);
  document["at"] = utc_now();
  document["machine"] = machine_facts();
  document["run"] = {{"seconds", std::chrono::duration<double>(setup.measured).count()},
                     {"warm_up_seconds", std::chrono::duration<double>(setup.warm_up).count()},
                     {"repetitions", setup.repetitions},
                     {"in_flight", setup.in_flight},
                     {"channels", setup.channels},
                     {"client_threads", setup.threads}};
  return document;
}

void measure(const Asked& asked) {
  const Finding finding = scenarios.at(asked.what)(asked.setup);
  std::cout << table_of(finding);
  if (!asked.json_file.empty()) write(asked.json_file, document_of(finding, asked.setup).dump(2) + "\n");
  if (!asked.svg_file.empty()) write(asked.svg_file, picture_of(finding));
  if (!finding.broken.empty()) throw std::runtime_error(finding.broken.front());
}

}  // namespace

int run(int argc, const char* const* argv) {
  const Asked asked = parse(argc, argv);
  if (asked.what.empty()) return asked.exit_code;
  try {
    if (asked.what == "echo-server") {
      serve_echo(asked.setup.echo_address);
    } else if (const auto found = preparations.find(asked.what); found != preparations.end()) {
      found->second(asked.setup);
    } else {
      measure(asked);
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "keel bench " << asked.what << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace keel::bench
