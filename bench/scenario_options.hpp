#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/command_line.hpp"

namespace CLI {
class App;
}

namespace keel::bench {

/// A scenario as the command line knows it.
struct Described {
  const char* name;
  const char* help;
  /// What it needs beside the time; see the source.
  unsigned needs;
  /// Sets what it takes unless it is told otherwise.
  void (*defaults)(Setup& setup);
};

/// Every scenario, and what prepares one.
std::span<const Described> described_scenarios();

/// The options of a scenario, read into `asked`; `groups` are the process groups, as words.
void add_options(CLI::App& parser, const Described& scenario, Asked& asked, std::vector<std::string>& groups);

}  // namespace keel::bench
