#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "demo/progress.hpp"

namespace keel::demo {

/// Says that one job has ended; called once, on any thread.
using Done = std::function<void()>;

/// Starts jobs 0..count-1, at most `limit` of them at a time, and returns when all have ended.
void for_each_at_once(std::size_t count, std::size_t limit, Progress progress,
                      const std::function<void(std::size_t index, Done done)>& job);

}  // namespace keel::demo
