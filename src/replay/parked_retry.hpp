#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "journal/journal.hpp"
#include "query/parking.hpp"
#include "query/projection.hpp"

namespace keel::replay {

/// What it comes to when the parked events of one aggregate are folded with today's code.
struct Retried {
  query::UnparkOutcome outcome = query::UnparkOutcome::done;
  /// Events that were folded; when poison, those before the one that was refused.
  std::int64_t events = 0;
  std::size_t rows_written = 0;
  std::size_t rows_erased = 0;
  /// When poison.
  query::StillPoison poison;
  /// When a fault.
  Fault fault;
};

/// Folds what one generation of a projection has parked of one aggregate: its events are read from the journal by the
/// pointers, decoded by today's code and upcasters, and folded in order over the rows as they are. Blocks; one thread.
class ParkedRetry {
 public:
  /// All outlive it.
  ParkedRetry(const query::Projection& projection, journal::Journal& journal, query::Parking& parking,
              query::ParkedPlace place);

  /// In memory: says what `retry` would come to, but for what only the store itself refuses. Changes nothing.
  Retried rehearse();
  /// For good, in one transaction, with the lane's checkpoint locked; on poison only the attempt is noted.
  Retried retry();

  /// The events at these parked positions as the journal has them, in order.
  using Take = std::function<void(const journal::RecordedEvent&)>;
  Result<Done> each_event(std::span<const Position> positions, const Take& take);

 private:
  using Folded = Result<std::optional<query::StillPoison>>;

  Folded fold(std::span<const Position> positions, query::WorkingSet& rows);
  Folded fold_batch(std::span<const journal::RecordedEvent> events, query::Folder& folder, query::WorkingSet& rows);
  using Batch = std::function<Result<bool>(std::span<const journal::RecordedEvent>)>;
  Result<Done> each_batch(std::span<const Position> positions, const Batch& take);

  const query::Projection& projection_;
  journal::Journal& journal_;
  query::Parking& parking_;
  const query::ParkedPlace place_;
  std::int64_t folded_ = 0;
};

}  // namespace keel::replay
