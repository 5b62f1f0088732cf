#include "replay/pace.hpp"

#include <algorithm>
#include <thread>

namespace keel::replay {
namespace {

constexpr std::chrono::milliseconds breath{50};

}  // namespace

std::size_t Pace::portion(std::size_t wanted) const {
  if (rate_ == 0) return wanted;
  return std::clamp<std::size_t>(static_cast<std::size_t>(rate_ / 10), 1, wanted);
}

void Pace::spend(std::int64_t count, const std::function<bool()>& ended) {
  if (rate_ == 0) return;
  SteadyClock::time_point until;
  {
    const std::lock_guard lock(mutex_);
    due_ = std::max(due_, SteadyClock::now()) + std::chrono::nanoseconds(1'000'000'000 / rate_ * count);
    until = due_;
  }
  while (!ended() && SteadyClock::now() < until) {
    std::this_thread::sleep_for(std::min<SteadyClock::duration>(breath, until - SteadyClock::now()));
  }
}

}  // namespace keel::replay
