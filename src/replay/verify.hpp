#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "journal/event_scan.hpp"
#include "query/projection.hpp"
#include "replay/attempt.hpp"

namespace keel::replay {

/// One column of one row that is not what the journal says; or a row that is there and should not be, or the other way
/// round.
struct Difference {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string table;
  Lane lane;
  /// `column=value`, of every key column.
  std::string key;
  /// Empty unless changed.
  std::string column;
  /// What the table says, and what the fold of the journal says.
  std::string found;
  std::string expected;
};
std::string_view name_of(Difference::Kind kind);

struct Verification {
  /// At most `max_differences`, by lane, table and key.
  std::vector<Difference> differences;
  /// All of them.
  std::int64_t different = 0;
  std::int64_t rows = 0;
  /// Up to the checkpoints of the cut; each counted once, however often it was read.
  std::int64_t events = 0;
  std::int64_t lanes = 0;
  /// As many as lanes where each fits into its worker's share of the memory.
  std::int64_t parts = 0;
  /// Aggregates whose rows were not compared, because they have parked events, or cannot be folded by this code.
  std::vector<std::string> left_out;
  double seconds = 0;
};

struct VerifyParts {
  query::Projection projection;
  std::string read_dsn;
  journal::OpenEventScan scan;
};

struct VerifyOptions {
  std::size_t workers = 2;
  std::size_t chunk = 20'000;
  /// Memory of all workers together. A lane that needs more than a worker's share is read several times, for some of
  /// its aggregates each; only an aggregate that needs more by itself is a fault.
  std::size_t bytes = 2UL << 30U;
  std::size_t max_differences = 1'000;
};

/// Compares a generation with a fresh fold of the journal, row by row, while it is being fed: rows, checkpoints and
/// parked events are read in one snapshot, the journal is folded in memory up to just these checkpoints. Sums of all
/// rows of a lane are compared first; only where they differ are the lane's rows read, in a snapshot of their own, with
/// a fold up to its checkpoint. Changes nothing.
///
/// Conflict: the generation is of another version than this code, or of another incarnation of the journal.
Attempt<Verification> verify(const VerifyParts& parts, std::int64_t generation, const Uuid& incarnation,
                             const VerifyOptions& options, const std::function<bool()>& ended,
                             const std::function<void(std::int64_t events, std::int64_t total)>& tell);

}  // namespace keel::replay
