#pragma once

#include <string>

namespace keel::demo {

/// A fresh UUID of version 7 as text: the time to the millisecond, then random bits. Any thread.
std::string fresh_uuid();

/// Short and fresh: stands in front of every id of a run, so that a second run meets nothing of the first.
std::string fresh_run();

}  // namespace keel::demo
