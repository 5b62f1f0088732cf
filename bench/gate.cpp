#include "bench/gate.hpp"

#include <utility>

namespace keel::bench {

Gate::Gate(const Setup& setup) : pipeline_(setup), carts_before_(pipeline_.look().stored["cart"]) {
  look();
  looking_ = std::jthread([this](const std::stop_token& closing) {
    while (!closing.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      look();
    }
  });
}

Gate::~Gate() = default;

std::vector<double> Gate::take_lags() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lags_, {});
}

void Gate::look() {
  const auto [stored, behind] = pipeline_.look();
  in_carts_ = stored.at("cart") - carts_before_;
  std::int64_t events = 0;
  for (const auto& [context, count] : stored) events += count;
  events_ = events;
  behind_ = behind;
  const std::lock_guard lock(mutex_);
  lags_.push_back(static_cast<double>(behind));
}

}  // namespace keel::bench
