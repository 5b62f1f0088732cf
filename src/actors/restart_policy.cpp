#include "actors/restart_policy.hpp"

#include <algorithm>
#include <random>

namespace keel::actors {

using std::chrono::milliseconds;

milliseconds RestartHistory::died(const RestartPolicy& policy, Clock::time_point now, double fraction) {
  while (!deaths_.empty() && now - deaths_.front() > policy.window) deaths_.pop_front();
  deaths_.push_back(now);
  const auto doublings = std::min<std::size_t>(deaths_.size() - 1, 20);
  const auto pause = std::min(policy.first_pause * (std::int64_t{1} << doublings), policy.last_pause);
  const double factor = 1 + policy.jitter * (2 * fraction - 1);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * factor));
}

bool RestartHistory::exhausted(const RestartPolicy& policy) const {
  return policy.max_restarts > 0 && deaths_.size() > static_cast<std::size_t>(policy.max_restarts);
}

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace keel::actors
