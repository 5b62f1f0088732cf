#pragma once

#include <string_view>

namespace keel {

/// Dies here by SIGKILL when `KEEL_CRASH_AT=name[:nth]` names this place (nth time, default the first) and crash
/// points were armed. Unarmed it costs one relaxed load. Any thread.
///
/// Why in every build? Because what is tested must be what is shipped; only `faults = true` arms it.
void crash_point(std::string_view name);

/// Reads `KEEL_CRASH_AT` and heeds it from now on. Called once, at start, when the configuration says `faults = true`.
void arm_crash_points();

}  // namespace keel
