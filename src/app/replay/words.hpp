#pragma once

#include <string>

#include "core/clock.hpp"
#include "core/utc.hpp"

namespace keel::app {

/// How long, in the two largest units: `3d 4h`, `12m 5s`, `0s`.
std::string duration_text(std::chrono::microseconds length);

}  // namespace keel::app
