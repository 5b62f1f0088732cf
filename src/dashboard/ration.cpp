#include "dashboard/ration.hpp"

#include <algorithm>

namespace keel::dashboard {

bool Ration::spent(std::string_view taker, Timestamp now) {
  const auto since = now - limits_.window;
  while (!taken_.empty() && taken_.front().at < since) taken_.pop_front();
  if (taken_.size() >= limits_.of_all) return true;
  return static_cast<std::size_t>(std::ranges::count(taken_, taker, &Taken::taker)) >= limits_.of_each;
}

}  // namespace keel::dashboard
