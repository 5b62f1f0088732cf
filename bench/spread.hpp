#pragma once

#include <algorithm>
#include <vector>

namespace keel::bench {

/// A number over its repetitions.
struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

/// All zero when there is none. The median of an even count is the mean of the two in the middle.
inline Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

inline double median_of(std::vector<double> values) { return spread_of(std::move(values)).median; }

}  // namespace keel::bench
