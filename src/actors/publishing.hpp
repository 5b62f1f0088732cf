#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "actors/doorbell.hpp"
#include "actors/publishing_lag.hpp"
#include "actors/publishing_lane.hpp"
#include "actors/runner.hpp"
#include "core/uuid.hpp"
#include "journal/journal.hpp"
#include "kafka/producer.hpp"
#include "ops/metrics.hpp"

namespace keel::actors {

struct PublishingOptions {
  /// Events of one lane that may wait for the broker's word at once: what bounds memory while it is away.
  std::size_t in_flight_per_lane = 1000;
  /// Events read from the journal at a time.
  std::size_t events_per_read = 500;
  /// A round takes what was stored since the one before. While a context is busy, the next one begins so long after the
  /// broker has acknowledged the last one. An idle context's event goes out at once.
  std::chrono::milliseconds gather{16};
  /// A broker that says nothing is not waited for any longer than this.
  std::chrono::milliseconds longest_round{50};
  /// The acknowledged positions go to the journal this often, and at the stop.
  std::chrono::milliseconds record_every{1000};
  /// After a failed delivery the lane waits so long.
  Pauses pauses{};
  /// After a lost producer it is so long until another one is built.
  Pauses rebuild_pauses{std::chrono::milliseconds(100), std::chrono::milliseconds(2000)};
};

/// What a context's publisher tells Prometheus.
struct PublishingMetrics {
  PublishingMetrics() = default;
  PublishingMetrics(ops::Metrics& metrics, const std::string& context);

  /// Events that the broker acknowledged; repeats count again.
  ops::Counter acknowledged;
  ops::Counter failed;
  /// Producers that were thrown away.
  ops::Counter producers_lost;
  PublishingLag lag;
};

/// Publishes a context's lanes to its topic: every stored event at least once, first occurrences in order.
///
/// Reads what was stored after the last acknowledged position and hands it over in order; the rules of a failed
/// delivery are `LanePublication`'s. A producer that turned fatal, or whose broker is gone, is thrown away; another one
/// is built and every lane goes on after its acknowledged position. Kafka may be away for hours: commands never wait
/// for it, and memory is bounded. `publications` moves at most once a `record_every`, upwards, and at the stop; a crash
/// before costs repeats only. A stale publisher, too, can only repeat what is in the journal.
///
/// `run` ends without a fault when stopped or when the lanes are lost. It ends with a fault when the journal's session
/// fails, when the journal is of another incarnation than when it began, and when a publication stands beyond the end
/// of its lane (the journal was restored: `keel journal adopt`).
/// Crash points: `before_publish`, `after_produce`.
class PublishingRunner final : public Runner {
 public:
  PublishingRunner(std::shared_ptr<const HeldLanes> lanes, std::unique_ptr<journal::Journal> journal,
                   kafka::OpenProducer open_producer, PublishingOptions options, PublishingMetrics metrics = {});
  ~PublishingRunner() override;

  Result<Done> run() override;
  void stop() override { bell_.stop(); }
  bool follows(std::string_view context) const override { return context == lanes_->context(); }
  void wake() override { bell_.ring(); }

 private:
  using Instant = Doorbell::Instant;
  class Wire;

  Result<Done> begin();
  Result<Done> check_incarnation();
  bool producing(Instant now);
  void take_reports(Instant now);
  void lose_producer(const Fault& why, Instant now);
  bool round_due(Instant now) const;
  Result<Done> hand_over(Instant now);
  Result<Done> hand_over(Lane lane, LanePublication& publication, std::size_t room, Instant now);
  Result<Done> record(Instant now);
  void wait();
  std::size_t outstanding() const;
  LanePublication& publication(Lane lane) { return publications_.at(static_cast<std::size_t>(lane.value)); }

  std::shared_ptr<const HeldLanes> lanes_;
  std::unique_ptr<journal::Journal> journal_;
  kafka::OpenProducer open_producer_;
  PublishingOptions options_;
  PublishingMetrics metrics_;
  Doorbell bell_;

  Uuid incarnation_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<kafka::Producer> producer_;
  int producers_failed_ = 0;
  Instant build_at_{};
  Instant round_at_{};
  Instant round_began_{};
  Instant record_at_{};
  std::vector<LanePublication> publications_;
  std::vector<Position> recorded_;
};

/// The publisher of a context as the engine hosts it.
HostedService publishing_service(const std::string& context, journal::OpenJournal open_journal,
                                 kafka::OpenProducer open_producer, PublishingOptions options, ops::Metrics& metrics);

}  // namespace keel::actors
