#pragma once

#include <atomic>

#include "replay/journal_check.hpp"

namespace keel::replay {

/// One session's part of a check: lane by lane, table by table. One thread.
class LaneCheck {
 public:
  struct Sessions {
    std::unique_ptr<journal::Journal> journal;
    std::unique_ptr<journal::Inspection> inspection;
  };

  LaneCheck(Sessions sessions, const CheckOptions& options, Tally& tally, Report report,
            const std::atomic<bool>& stopping);

  /// Events of a lane up to its head, and what was folded of them.
  Result<Done> events(const CheckedContext& context, Lane lane, std::int32_t lane_count, Position head);
  Result<Done> receipts(const std::string& context, Lane lane);
  Result<Done> snapshots(const std::string& context);

 private:
  struct Pass;
  Result<Done> pass(Pass& pass);
  Result<Done> expect_snapshots(Pass& pass, std::span<const journal::RecordedEvent> events);
  Result<Done> receipts(const std::string& context, Lane lane, journal::ReceiptDay day);

  Sessions sessions_;
  const CheckOptions options_;
  Tally& tally_;
  const Report report_;
  const std::atomic<bool>& stopping_;
};

}  // namespace keel::replay
