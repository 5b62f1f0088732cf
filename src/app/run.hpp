#pragma once

#include <vector>

#include "app/command_line.hpp"
#include "app/context.hpp"

namespace keel::app {

/// The whole of a Keel binary: parses the command line and runs the role that it names, over these contexts, or one of
/// the tools, which no role knows. Returns the process's exit code. Called once, from `main`, before any thread is
/// started.
int run(int argc, const char* const* argv, const std::vector<Context>& contexts, const std::vector<Tool>& tools = {});

}  // namespace keel::app
