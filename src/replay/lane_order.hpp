#pragma once

#include <string>

#include "journal/records.hpp"
#include "replay/finding.hpp"

namespace keel::replay {

/// Looks at one lane's events in the order in which they were read: positions are 1..n without a hole or a repeat,
/// epochs and times never fall, and every aggregate lives in the lane of its hash. Remembers one event.
class LaneOrder {
 public:
  LaneOrder(std::string context, Lane lane, std::int32_t lane_count, Report report);

  void take(const journal::RecordedEvent& event);
  /// After the last event up to the head that was told before.
  void end(Position head);

 private:
  void find(std::string_view kind, const journal::RecordedEvent& event, std::string what) const;

  const std::string context_;
  const Lane lane_;
  const std::int32_t lane_count_;
  const Report report_;
  Position last_;
  Epoch epoch_;
  Timestamp recorded_at_ = Timestamp::min();
};

}  // namespace keel::replay
