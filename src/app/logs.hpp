#pragma once

#include <string>

#include "app/configuration.hpp"

namespace keel::app {

/// Makes this process's logs what the configuration says: level, format, and the name of its role in every line.
/// Throws `ConfigurationError` for words that are none.
void configure_logs(const Configuration& configuration, const std::string& service);

}  // namespace keel::app
