#include "bench/switch_watch.hpp"

#include <algorithm>

#include "keel/cart/v1/queries.pb.h"

namespace keel::bench {

void SwitchWatch::take(const cart::v1::ListCartsResponse& answer, Moment asked) {
  const auto marked =
      std::ranges::count_if(answer.carts(), [](const auto& summary) { return summary.version() >= mark; });
  const std::lock_guard lock(mutex_);
  if (answer.carts_size() != carts_ || (marked != 0 && marked != carts_)) {
    ++found_.mixed;
    return;
  }
  if (marked == 0) {
    ++found_.of_the_new;
    new_since_ = std::min(new_since_, std::chrono::steady_clock::now());
    return;
  }
  ++found_.of_the_old;
  if (asked > new_since_) ++found_.returned;
}

SwitchWatch::Found SwitchWatch::found() const {
  const std::lock_guard lock(mutex_);
  return found_;
}

}  // namespace keel::bench
