#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/raw_journal.hpp"

namespace keel::bench {

/// Carts of one kind that lie in the journal and in nobody's memory.
struct ColdCarts {
  std::int64_t events = 0;
  bool snapshot = false;
  int count = 0;
  /// Tells kinds of the same size apart.
  std::string purpose;

  std::string name() const;
  std::vector<std::string> ids() const;
};

/// Events after the snapshot of a cart that has one: half of what lies between two snapshots by default.
inline constexpr std::int64_t tail_events = 50;

/// Stores their histories, in batches: items put in and taken out again, decided by the cart itself; receipts none.
/// Throws std::runtime_error when they are there already.
void store(const ColdCarts& carts, RawJournal& journal);

}  // namespace keel::bench
