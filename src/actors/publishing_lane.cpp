#include "actors/publishing_lane.hpp"

#include <stdexcept>

namespace keel::actors {

std::size_t LanePublication::room(Instant now) const {
  if (stopped_ || (resumes_at_ && now < *resumes_at_)) return 0;
  return reports_.size() < in_flight_ ? in_flight_ - reports_.size() : 0;
}

void LanePublication::handed_over(Position position) {
  if (position != produced().next()) throw std::logic_error("an event was handed to Kafka out of order");
  reports_.push_back(Report::outstanding);
  ++outstanding_;
}

void LanePublication::reported(Position position, bool acknowledged, Instant now) {
  const auto index = position.value - acknowledged_.value - 1;
  if (index < 0 || index >= static_cast<std::int64_t>(reports_.size()) ||
      reports_[static_cast<std::size_t>(index)] != Report::outstanding) {
    throw std::logic_error("Kafka reported an event that was not outstanding");
  }
  --outstanding_;
  reports_[static_cast<std::size_t>(index)] = acknowledged ? Report::acknowledged : Report::failed;
  if (!acknowledged) stopped_ = true;
  advance();
  rewind_when_drained(now);
}

void LanePublication::refused(Instant now) {
  stopped_ = true;
  rewind_when_drained(now);
}

void LanePublication::producer_gone() {
  reports_.clear();
  outstanding_ = 0;
  stopped_ = false;
}

void LanePublication::advance() {
  while (!reports_.empty() && reports_.front() == Report::acknowledged) {
    reports_.pop_front();
    acknowledged_ = acknowledged_.next();
    failures_ = 0;
  }
}

void LanePublication::rewind_when_drained(Instant now) {
  if (!stopped_ || outstanding_ > 0) return;
  reports_.clear();
  stopped_ = false;
  resumes_at_ = now + pauses_.after(++failures_);
}

}  // namespace keel::actors
