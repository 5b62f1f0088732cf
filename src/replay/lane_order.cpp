#include "replay/lane_order.hpp"

#include <utility>

namespace keel::replay {

LaneOrder::LaneOrder(std::string context, Lane lane, std::int32_t lane_count, Report report)
    : context_(std::move(context)), lane_(lane), lane_count_(lane_count), report_(std::move(report)) {}

void LaneOrder::take(const journal::RecordedEvent& event) {
  if (event.position != last_.next()) {
    find("hole", event, "position " + std::to_string(event.position.value) + " follows " + std::to_string(last_.value));
  }
  if (event.epoch < epoch_) {
    find("order", event,
         "epoch " + std::to_string(event.epoch.value) + " comes after epoch " + std::to_string(epoch_.value));
  }
  if (event.recorded_at < recorded_at_) find("order", event, "it was recorded before the event in front of it");
  const auto home = lane_of(event.aggregate.type, event.aggregate.id, lane_count_);
  if (home != lane_) find("lane", event, "its aggregate lives in lane " + std::to_string(home.value));
  last_ = event.position;
  epoch_ = event.epoch;
  recorded_at_ = event.recorded_at;
}

void LaneOrder::end(Position head) {
  if (last_ >= head) return;
  report_({"hole",
           context_,
           lane_,
           last_.next(),
           {},
           "the lane ended at " + std::to_string(head.value) + " and now ends at " + std::to_string(last_.value)});
}

void LaneOrder::find(std::string_view kind, const journal::RecordedEvent& event, std::string what) const {
  report_({kind, context_, lane_, event.position, event.aggregate, std::move(what)});
}

}  // namespace keel::replay
