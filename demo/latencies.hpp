#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace keel::demo {

/// Durations of many calls; any thread adds.
class Latencies {
 public:
  void add(std::chrono::steady_clock::duration taken) {
    const std::lock_guard lock(mutex_);
    taken_.push_back(taken);
  }

  /// Milliseconds within which `share` (0..1) of the calls were done; 0 when there was none.
  double percentile(double share) {
    const std::lock_guard lock(mutex_);
    if (taken_.empty()) return 0;
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(taken_.size() - 1));
    const auto place = taken_.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(taken_.begin(), place, taken_.end());
    return std::chrono::duration<double, std::milli>(*place).count();
  }

 private:
  std::mutex mutex_;
  std::vector<std::chrono::steady_clock::duration> taken_;
};

}  // namespace keel::demo
