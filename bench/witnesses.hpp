#pragma once

#include <string>

#include "bench/setup.hpp"

namespace keel::bench {

/// Carts of one customer that tell from which generation an answer comes: their rows in the live one are marked by
/// hand, and one that is folded anew knows nothing of that. See `SwitchWatch`.
class Witnesses {
 public:
  /// In most of the lanes, and on one page.
  static constexpr int count = 32;

  /// Makes the carts by commands. Blocks. Throws std::runtime_error when one fails.
  Witnesses(const Setup& setup, const std::string& prefix);
  /// Marks their rows in the live generation. Throws std::runtime_error when it does not have them all.
  void mark(const std::string& read_dsn) const;

  const std::string& customer() const { return customer_; }

 private:
  const std::string customer_;
};

}  // namespace keel::bench
