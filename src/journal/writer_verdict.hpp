#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "journal/journal.hpp"

namespace keel::journal {

/// Receipts by lane and request id.
class ReceiptsById {
 public:
  explicit ReceiptsById(std::span<const Receipt> receipts);
  /// Null when there is none.
  const Receipt* find(Lane lane, const Uuid& request_id) const;

 private:
  std::unordered_multimap<Uuid, const Receipt*> receipts_;
};

/// What becomes of an entry of a refused batch.
struct Verdict {
  enum class Kind { stays, answered, leaves };
  Kind kind = Kind::stays;
  /// With `answered`: what its request id has in the journal.
  const Receipt* receipt = nullptr;
};

/// Finds the offenders of a refused batch, in batch order (docs/protocol.md 1.3): an entry whose id has a receipt,
/// whose id stands earlier in the batch, or whose version does not follow. From an offender on, its aggregate's entries
/// leave, but every id that has a receipt is answered by it. All `stays`: nobody offends, which is a bug of ours.
///
/// `aggregates` are those that the diagnosis was asked for; every aggregate of the batch is among them. The verdicts
/// point into `receipts`. Pure.
std::vector<Verdict> judge(std::span<const Entry* const> entries, std::span<const AggregateRef> aggregates,
                           std::span<const Version> versions, const ReceiptsById& receipts);

}  // namespace keel::journal
