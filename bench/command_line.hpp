#pragma once

#include <string>
#include <vector>

#include "bench/setup.hpp"

namespace keel::bench {

/// What the command line asks for.
struct Asked {
  /// A scenario's name, "echo-server", or "prepare-recovery"; empty: nothing to do, `exit_code` says why.
  std::string what;
  Setup setup;
  std::string json_file;
  std::string svg_file;
  int exit_code = 0;
};

/// Reads it. Bad usage and `--help` are answered here, on standard error and output.
Asked parse(int argc, const char* const* argv);

/// "server=12,13": the processes of one group. Throws std::invalid_argument.
Processes parse_processes(const std::vector<std::string>& groups);

}  // namespace keel::bench
