#pragma once

#include <cstdint>
#include <string>

namespace keel::bench {

struct JournalSize {
  std::int64_t events = 5'000'000;
  std::int64_t aggregates = 200'000;
};

/// Whether both kinds get an aggregate, and every aggregate a history.
constexpr bool makes_sense(const JournalSize& size) {
  return size.aggregates >= 10 && size.events >= 2 * size.aggregates;
}

struct Filled {
  std::int64_t carts = 0;
  std::int64_t cart_events = 0;
  std::int64_t skus = 0;
  std::int64_t inventory_events = 0;
};

/// The projections that read what is filled.
inline constexpr const char* filled_projections[] = {"stock", "carts"};

/// Fills an empty, migrated journal with what carts and stock would have decided: every event is the domain's own, and
/// aggregates interleave in their lanes a few thousand at a time. Nine parts carts, one part stock, of equal length.
/// Copies in bulk as the journal's owner, around the append; so for measurements only. Throws when that fails.
Filled fill_journal(const std::string& dsn, const JournalSize& size);

}  // namespace keel::bench
