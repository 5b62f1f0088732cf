#pragma once

#include <cstdint>
#include <optional>

namespace keel::domain {

/// Sum of two numbers; nothing when it does not fit.
inline std::optional<std::int64_t> checked_add(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) return std::nullopt;
  return sum;
}

/// Product of two numbers; nothing when it does not fit.
inline std::optional<std::int64_t> checked_multiply(std::int64_t left, std::int64_t right) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return std::nullopt;
  return product;
}

}  // namespace keel::domain
