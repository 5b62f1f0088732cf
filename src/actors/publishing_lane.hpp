#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "actors/doorbell.hpp"
#include "core/quantities.hpp"

namespace keel::actors {

/// How far one lane is published: what was handed to the producer, what came back, where to go on.
///
/// Publication goes in position order. When a delivery fails the line stops: nothing more is handed over until every
/// outstanding report is in; then it goes on after the last position up to which *all* were acknowledged, after a
/// pause. So a later event may be in the topic early, and comes again in its place. The acknowledged position only
/// grows.
///
/// Pure bookkeeping: no I/O, no clock of its own. Source: docs/protocol.md, "Publication".
class LanePublication {
 public:
  using Instant = Doorbell::Instant;

  /// `in_flight`: how many events may wait for their reports at once.
  LanePublication(Position acknowledged, std::size_t in_flight, Pauses pauses)
      : acknowledged_(acknowledged), in_flight_(in_flight), pauses_(pauses) {}

  /// How many events may be handed over now: none while the line is stopped, pauses or is full.
  std::size_t room(Instant now) const;
  /// Position of the last event handed over; what follows it is to be read next.
  Position produced() const { return acknowledged_.plus(static_cast<std::int64_t>(reports_.size())); }
  /// The next event was handed to the producer. A bug (std::logic_error) when it is not the next.
  void handed_over(Position position);

  /// What became of an event that was handed over. A bug (std::logic_error) when it is not outstanding.
  void reported(Position position, bool acknowledged, Instant now);
  /// The producer will never take the next event: a failure like a failed delivery.
  void refused(Instant now);
  /// The producer is gone: no outstanding report comes any more. Goes on after the acknowledged position at once.
  void producer_gone();

  /// Every event up to here was acknowledged.
  Position acknowledged() const { return acknowledged_; }
  std::size_t outstanding() const { return outstanding_; }
  bool stopped() const { return stopped_; }
  /// When a pause ends; nothing when there is none.
  std::optional<Instant> resumes_at() const { return resumes_at_; }

 private:
  enum class Report { outstanding, acknowledged, failed };
  void advance();
  void rewind_when_drained(Instant now);

  Position acknowledged_;
  std::size_t in_flight_;
  Pauses pauses_;
  /// Of the positions after `acknowledged_`, in order.
  std::deque<Report> reports_;
  std::size_t outstanding_ = 0;
  bool stopped_ = false;
  int failures_ = 0;
  std::optional<Instant> resumes_at_;
};

}  // namespace keel::actors
