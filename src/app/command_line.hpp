#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/configuration.hpp"
#include "app/context.hpp"

namespace keel::app {

/// How a process ends. Documented in docs/guides/reference/cli.md.
enum class Exit : int {
  ok = 0,
  failed = 1,
  /// Bad usage, bad configuration, or a question that was not answered with yes.
  usage = 2,
  not_found = 3,
  denied = 4,
  /// Somebody else is at it, or the state does not allow it.
  conflict = 5,
  /// A comparison found differences.
  mismatch = 6,
  /// Done, but something was parked on the way.
  parked = 7,
  unavailable = 8,
  /// Asked to end by SIGINT or SIGTERM, after a clean stop; goes on with `resume`.
  interrupted = 130,
};

/// A role of the one binary: `keel <name>`.
struct Subcommand {
  std::string_view name;
  std::string_view help;
  /// Sections of the configuration that it reads: their settings are its flags.
  std::vector<std::string_view> sections;
  Exit (*run)(const Configuration& configuration, const std::vector<Context>& contexts,
              const std::vector<std::string>& words);
  /// Words it takes beside flags, e.g. "adopt" for `keel journal`; empty when none.
  std::string_view words = {};
  /// Parses its part of the command line itself, from its own name on; then `run` is never called.
  Exit (*tool)(int argc, const char* const* argv, const std::vector<Context>& contexts) = nullptr;
};

/// A program of its own inside the one binary: `keel <name> …`, with a command line that only it knows and no
/// configuration.
struct Tool {
  std::string_view name;
  std::string_view help;
  /// `argv[0]` is the name. Returns the process's exit code.
  int (*run)(int argc, const char* const* argv);
};

/// Finds the subcommand, merges its configuration, runs it. `--help`, which lists the tools too, `--print-config`,
/// `--check-config`, bad usage and bad configuration are answered here.
Exit dispatch(int argc, const char* const* argv, const std::vector<Context>& contexts,
              const std::vector<Subcommand>& subcommands, const std::vector<Tool>& tools = {});

}  // namespace keel::app
