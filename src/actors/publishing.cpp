#include "actors/publishing.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/crash_point.hpp"
#include "core/traceparent.hpp"
#include "kafka/event_message.hpp"
#include "keel/type/v1/event_metadata.pb.h"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

constexpr std::string_view logger = "publisher";
/// The broker's reports are looked for this often: each of them would wake the runner if it waited for them.
constexpr std::chrono::milliseconds report_look{2};
constexpr std::chrono::milliseconds idle_wait{1000};

std::string trace_id_of(const journal::RecordedEvent& event) {
  type::v1::EventMetadata metadata;
  if (!metadata.ParseFromString(event.metadata)) return {};
  return std::string(keel::trace_id_of(metadata.traceparent()));
}

}  // namespace

/// Stored events in wire form.
class PublishingRunner::Wire {
 public:
  Wire(const std::string& context, const Uuid& incarnation) : encoder_(context, incarnation) {}

  kafka::Outgoing encode(const journal::RecordedEvent& event) {
    kafka::EventMessage message;
    message.lane = event.lane;
    message.position = event.position;
    message.aggregate_type = event.aggregate.type;
    message.aggregate_id = event.aggregate.id;
    message.version = event.version;
    message.type = event.type;
    message.payload = event.payload;
    message.recorded_at = event.recorded_at;
    if (metadata_.ParseFromString(event.metadata)) message.traceparent = metadata_.traceparent();
    return encoder_.encode(message);
  }

 private:
  kafka::EventEncoder encoder_;
  type::v1::EventMetadata metadata_;
};

PublishingMetrics::PublishingMetrics(ops::Metrics& metrics, const std::string& context) {
  const ops::Labels labels{{"context", context}};
  acknowledged = metrics.counter("keel_publisher_acknowledged_total",
                                 "Events that Kafka acknowledged; repeats count again.", labels);
  failed = metrics.counter("keel_publisher_failed_total", "Events that Kafka did not acknowledge.", labels);
  producers_lost = metrics.counter("keel_publisher_producers_lost_total",
                                   "Kafka producers that were thrown away: fatal, or the broker was gone.", labels);
  lag = PublishingLag(metrics, context);
}

PublishingRunner::PublishingRunner(std::shared_ptr<const HeldLanes> lanes, std::unique_ptr<journal::Journal> journal,
                                   kafka::OpenProducer open_producer, PublishingOptions options,
                                   PublishingMetrics metrics)
    : lanes_(std::move(lanes)),
      journal_(std::move(journal)),
      open_producer_(std::move(open_producer)),
      options_(options),
      metrics_(std::move(metrics)) {}

PublishingRunner::~PublishingRunner() = default;

Result<Done> PublishingRunner::run() {
  if (auto begun = begin(); !begun) return begun.fault();
  while (!bell_.stopped() && lanes_->held()) {
    const auto now = std::chrono::steady_clock::now();
    if (producing(now)) {
      take_reports(now);
      if (round_due(now)) {
        if (auto handed = hand_over(now); !handed) return handed.fault();
      }
    }
    if (now >= record_at_) {
      if (auto recorded = record(now); !recorded) return recorded.fault();
    }
    wait();
  }
  if (producer_) take_reports(std::chrono::steady_clock::now());
  auto recorded = record(std::chrono::steady_clock::now());
  if (!lanes_->held()) metrics_.lag.forget();
  return recorded;
}

Result<Done> PublishingRunner::begin() {
  const auto identity = journal_->identity();
  if (!identity) return identity.fault();
  incarnation_ = identity->incarnation;
  wire_ = std::make_unique<Wire>(lanes_->context(), incarnation_);
  auto published = journal_->publications(lanes_->context());
  if (!published) return published.fault();
  recorded_ = *std::move(published);
  metrics_.lag.begin(recorded_.size());
  for (std::int32_t i = 0; i < lanes_->count(); ++i) {
    const Position position = recorded_.at(static_cast<std::size_t>(i));
    if (position > lanes_->last(Lane{i})) {
      return Fault{.what = lanes_->context() + "/" + std::to_string(i) + " was published up to " +
                           std::to_string(position.value) + ", but the journal ends at " +
                           std::to_string(lanes_->last(Lane{i}).value) + ": it was restored; run `keel journal adopt`"};
    }
    publications_.emplace_back(position, options_.in_flight_per_lane, options_.pauses);
  }
  return Done{};
}

Result<Done> PublishingRunner::check_incarnation() {
  const auto identity = journal_->identity();
  if (!identity) return identity.fault();
  if (identity->incarnation == incarnation_) return Done{};
  return Fault{.what = "the journal's incarnation changed from " + incarnation_.text() + " to " +
                       identity->incarnation.text() + " while it was published"};
}

bool PublishingRunner::producing(Instant now) {
  if (producer_) {
    if (const auto failure = producer_->failure()) lose_producer(*failure, now);
    return producer_ != nullptr;
  }
  if (now < build_at_) return false;
  auto opened = open_producer_();
  if (!opened) {
    lose_producer(opened.fault(), now);
    return false;
  }
  producer_ = *std::move(opened);
  return true;
}

void PublishingRunner::lose_producer(const Fault& why, Instant now) {
  producer_.reset();
  build_at_ = now + options_.rebuild_pauses.after(++producers_failed_);
  metrics_.producers_lost.add();
  log::warn(logger, "the Kafka producer is thrown away", {{"context", lanes_->context()}, {"reason", why.what}});
  for (auto& publication : publications_) publication.producer_gone();
}

void PublishingRunner::take_reports(Instant now) {
  const bool expected = outstanding() > 0;
  for (const auto& delivery : producer_->poll(std::chrono::milliseconds(0))) {
    const Lane lane{delivery.partition};
    if (delivery.acknowledged()) {
      producers_failed_ = 0;
      metrics_.acknowledged.add();
      metrics_.lag.acknowledged(lane, Position{static_cast<std::int64_t>(delivery.tag)});
    } else {
      metrics_.failed.add();
      log::warn(logger, "Kafka did not take an event: its lane waits and goes on after the last acknowledged one",
                {{"context", lanes_->context()},
                 {"lane", lane.value},
                 {"position", delivery.tag},
                 {"reason", delivery.error}});
    }
    publication(lane).reported(Position{static_cast<std::int64_t>(delivery.tag)}, delivery.acknowledged(), now);
  }
  if (expected && outstanding() == 0) round_at_ = now + options_.gather;
}

/// Rounds follow the broker's pace, so that a busy machine or a slow broker gets fewer and larger requests.
bool PublishingRunner::round_due(Instant now) const {
  return outstanding() == 0 ? now >= round_at_ : now >= round_began_ + options_.longest_round;
}

Result<Done> PublishingRunner::hand_over(Instant now) {
  // A producer that has not proved itself since the last one was lost gets one event a lane.
  const std::size_t most = producers_failed_ > 0 ? 1 : options_.events_per_read;
  for (std::int32_t i = 0; i < lanes_->count(); ++i) {
    LanePublication& lane = publications_[static_cast<std::size_t>(i)];
    const std::size_t room = std::min(lane.room(now), most);
    if (room == 0 || lane.produced() >= lanes_->last(Lane{i})) continue;
    if (producers_failed_ > 0 && lane.outstanding() > 0) continue;
    if (auto handed = hand_over(Lane{i}, lane, room, now); !handed) return handed.fault();
    round_began_ = now;
  }
  return Done{};
}

Result<Done> PublishingRunner::hand_over(Lane lane, LanePublication& publication, std::size_t room, Instant now) {
  const auto events = lanes_->read(*journal_, lane, publication.produced(), room);
  if (!events) return events.fault();
  crash_point("before_publish");
  for (const auto& event : *events) {
    const auto queued =
        producer_->produce(lane.value, wire_->encode(*event), static_cast<std::uint64_t>(event->position.value));
    if (!queued) {
      metrics_.failed.add();
      log::warn(logger, "Kafka refuses an event: its lane waits",
                {{"context", lanes_->context()},
                 {"lane", lane.value},
                 {"position", event->position.value},
                 {"reason", queued.fault().what},
                 {"trace_id", trace_id_of(*event)}});
      publication.refused(now);
      break;
    }
    if (*queued == kafka::Producer::Queued::full) break;
    publication.handed_over(event->position);
    metrics_.lag.handed_over(*event);
  }
  crash_point("after_produce");
  return Done{};
}

Result<Done> PublishingRunner::record(Instant now) {
  record_at_ = now + options_.record_every;
  if (auto same = check_incarnation(); !same) return same.fault();
  std::vector<std::pair<Lane, Position>> moved;
  for (std::size_t i = 0; i < publications_.size(); ++i) {
    const Lane lane{static_cast<std::int32_t>(i)};
    const Position position = publications_[i].acknowledged();
    if (position > recorded_[i]) moved.emplace_back(lane, position);
  }
  if (auto told = metrics_.lag.tell(*lanes_, publications_, *journal_); !told) return told.fault();
  if (moved.empty()) return Done{};
  if (auto published = journal_->publish(lanes_->context(), moved); !published) return published.fault();
  for (const auto& [lane, position] : moved) recorded_[static_cast<std::size_t>(lane.value)] = position;
  return Done{};
}

void PublishingRunner::wait() {
  const auto now = std::chrono::steady_clock::now();
  if (outstanding() > 0) return bell_.gather_until(now + report_look);
  if (now < round_at_) return bell_.gather_until(round_at_);
  auto until = std::min(now + idle_wait, record_at_);
  if (!producer_) return bell_.wait_until(std::min(until, build_at_));
  for (std::size_t i = 0; i < publications_.size(); ++i) {
    const auto& lane = publications_[i];
    if (lane.produced() >= lanes_->last(Lane{static_cast<std::int32_t>(i)})) continue;
    until = std::min(until, lane.resumes_at().value_or(now));
  }
  bell_.wait_until(until);
}

std::size_t PublishingRunner::outstanding() const {
  std::size_t count = 0;
  for (const auto& publication : publications_) count += publication.outstanding();
  return count;
}

HostedService publishing_service(const std::string& context, journal::OpenJournal open_journal,
                                 kafka::OpenProducer open_producer, PublishingOptions options, ops::Metrics& metrics) {
  return HostedService{
      "publisher", context,
      [context, open_journal = std::move(open_journal), open_producer = std::move(open_producer), options,
       series = PublishingMetrics(metrics, context)](const LanesByContext& held) -> std::unique_ptr<Runner> {
        auto session = open_journal();
        if (!session) throw std::runtime_error(session.fault().what);
        return std::make_unique<PublishingRunner>(held.at(context), *std::move(session), open_producer, options,
                                                  series);
      }};
}

}  // namespace keel::actors
