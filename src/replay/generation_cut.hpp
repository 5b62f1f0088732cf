#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/aggregate_ref.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "query/projection.hpp"
#include "query/row_checksum.hpp"
#include "replay/attempt.hpp"
#include "replay/lane_comparison.hpp"
#include "replay/lane_part.hpp"

namespace keel::replay {

/// A lane number of every context at one moment: how far it is folded, what is parked, and what its rows sum up to.
struct LaneCut {
  /// By context.
  std::map<std::string, Position> positions;
  std::unordered_set<AggregateRef> parked;
  /// By table; of rows of aggregates that are not parked.
  std::vector<query::RowChecksum> sums;
};

/// A lane with its rows, by table, of aggregates that are not parked.
struct LaneRows {
  LaneCut cut;
  std::vector<RowsByKey> tables;
};

/// Reads generations as they are at one moment, while they are fed. Each call has a session and a snapshot of its own.
class GenerationReader {
 public:
  GenerationReader(std::string dsn, const query::Projection& projection, std::int64_t generation)
      : dsn_(std::move(dsn)), projection_(projection), generation_(generation) {}

  /// Every lane, by number. Conflict: it has no checkpoints yet, or those of another incarnation.
  Attempt<std::map<std::int32_t, LaneCut>> cut(const Uuid& incarnation) const;
  /// The rows of a part of a lane. Nothing: they take more than `bytes` of memory; a smaller part may do.
  Result<std::optional<LaneRows>> rows(std::int32_t lane, const LanePart& part, std::size_t bytes) const;

 private:
  const std::string dsn_;
  const query::Projection& projection_;
  const std::int64_t generation_;
};

}  // namespace keel::replay
