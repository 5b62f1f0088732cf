#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "replay/event_chunk.hpp"
#include "replay/journal_check.hpp"

namespace keel::replay {

/// One worker's part of a check: lane by lane, table by table. One thread.
class LaneCheck {
 public:
  LaneCheck(std::unique_ptr<journal::Inspection> inspection, std::unique_ptr<journal::EventScan> scan,
            const CheckOptions& options, Tally& tally, Report report, const std::atomic<bool>& stopping);

  /// Events of a lane up to its head, and what was folded of them.
  Result<Done> events(const CheckedContext& context, Lane lane, std::int32_t lane_count, Position head);
  Result<Done> receipts(const std::string& context, Lane lane);
  Result<Done> snapshots(const std::string& context);

 private:
  struct Pass;
  Result<Done> pass(Pass& pass);
  /// The next events of the pass into `chunk_`; answers where they end.
  Result<Position> read(const Pass& pass, Position after);
  Result<Done> expect_snapshots(Pass& pass);
  Result<Done> receipts(const std::string& context, Lane lane, journal::ReceiptDay day);

  const std::unique_ptr<journal::Inspection> inspection_;
  const std::unique_ptr<journal::EventScan> scan_;
  const CheckOptions options_;
  Tally& tally_;
  const Report report_;
  const std::atomic<bool>& stopping_;
  EventChunk chunk_;
};

}  // namespace keel::replay
