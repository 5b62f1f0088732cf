#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace keel::bench {

/// Latencies in microseconds with at most 1.6 % error, in constant memory: 64 linear steps per power of two,
/// the layout of HdrHistogram (hdrhistogram.org). One thread; merge afterwards.
class Histogram {
 public:
  void record(std::int64_t microseconds) {
    ++counts_[std::min(bucket(static_cast<std::uint64_t>(microseconds < 0 ? 0 : microseconds)), counts_.size() - 1)];
    ++total_;
  }

  void merge(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
  }

  std::uint64_t total() const { return total_; }

  /// Upper bound of the highest bucket that has a value, in microseconds; 0 when empty.
  double largest() const {
    for (std::size_t i = counts_.size(); i-- > 0;) {
      if (counts_[i] > 0) return static_cast<double>(upper_bound(i));
    }
    return 0;
  }

  /// Upper bound of the bucket in which that share (0..1) of the values ends, in microseconds; 0 when empty.
  double quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return static_cast<double>(upper_bound(i));
    }
    return 0;
  }

 private:
  static constexpr int step_bits = 6;
  static constexpr std::uint64_t steps = 1U << step_bits;

  static std::size_t bucket(std::uint64_t value) {
    if (value < steps) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - step_bits;
    return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) + 1) * steps + ((value >> shift) - steps));
  }
  static std::uint64_t upper_bound(std::size_t bucket) {
    if (bucket < steps) return bucket;
    const auto shift = bucket / steps - 1;
    return ((bucket % steps + steps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 40 * steps> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace keel::bench
