#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace keel::dashboard {

/// The text of `/metrics` at `host:port`; nothing when it does not answer in time. Blocks.
std::optional<std::string> fetch_metrics(const std::string& address, std::chrono::milliseconds patience);

}  // namespace keel::dashboard
