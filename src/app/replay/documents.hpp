#pragma once

#include <string>
#include <vector>

#include "app/replay/operator_command.hpp"

namespace keel::app {

/// The man page, in roff.
std::string man_page(const std::vector<OperatorCommand>& commands);
/// What `bash` is to source so that it completes commands, flags and projections.
std::string bash_completion(const std::vector<OperatorCommand>& commands, const std::vector<std::string>& projections);

}  // namespace keel::app
