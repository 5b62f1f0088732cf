#pragma once

#include <vector>

#include "app/command_line.hpp"
#include "app/context.hpp"

namespace keel::app {

/// `keel replay …`: finds the command, merges its configuration, runs it. argv[0] is "replay". Help, bad usage and bad
/// configuration are answered here.
Exit replay_tool(int argc, const char* const* argv, const std::vector<Context>& contexts);

}  // namespace keel::app
