#pragma once

#include <string>
#include <vector>

#include "app/replay/operator_command.hpp"

namespace keel::app {

/// Runs this call once more in a process of its own, without `--detach` and with `--yes`, and returns as soon as that
/// process works at `projection`: prints the operation, the process and the file it writes to. When it ended before
/// that, tells what it said and answers its exit code. `unavailable` when neither has happened within 30 s; the process
/// lives on then, and its file is named.
///
/// The caller has agreed with the operator, and holds no lock of any projection.
Exit detach(CommandCall& call, const std::string& projection);

/// The words for that other process: `replay rebuild --yes carts`.
std::vector<std::string> words_of_the_detached(const std::vector<std::string>& command_line);

}  // namespace keel::app
