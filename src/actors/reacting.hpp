#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/command_courier.hpp"
#include "actors/doorbell.hpp"
#include "actors/internal_command.hpp"
#include "actors/reacting_lane.hpp"
#include "actors/runner.hpp"
#include "domain/reaction.hpp"
#include "journal/journal.hpp"
#include "ops/metrics.hpp"

namespace keel::actors {

struct ReactingOptions {
  /// Events of one lane that are under way at once.
  std::size_t window = 256;
  /// Busy lanes are read at most this often: what is stored meanwhile comes together. Idle ones at once.
  std::chrono::milliseconds gather{10};
  /// A lane's place and timers are stored at most this often, and at the stop. A crash before costs repeats only.
  std::chrono::milliseconds store_every{500};
  CourierOptions courier{};
};

/// What a reactor tells Prometheus.
struct ReactingMetrics {
  ReactingMetrics() = default;
  ReactingMetrics(ops::Metrics& metrics, const std::string& reactor);

  ops::Counter events;
  /// Tries that ended in trouble and are repeated.
  ops::Counter repeats;
  /// Lanes that stand still because of a bug: a person must look.
  ops::Gauge stopped_lanes;
  /// Stored events that are not reacted to yet, over all lanes.
  ops::Gauge lag;
};

/// Runs one reactor over every lane of every context that it reads: events become commands, in order per aggregate,
/// side by side otherwise. The rules of a lane are `ReactingLane`'s, those of a command `CommandCourier`'s.
///
/// A lane's place is stored, together with its timers, only while this process holds the lane's epoch, and only after
/// every command up to there was answered for certain: so an event is reacted to at least once, and its commands, by
/// their derived request ids, take effect once.
///
/// `run` ends without a fault when stopped or when the lanes are lost, with one when the journal's session fails, or a
/// place stands beyond the end of its lane. A lane that a bug stopped stays stopped until the next start; the others
/// go on.
class ReactingRunner final : public Runner {
 public:
  /// `reactor`, `port` and `kinds` outlive it. `kinds`: of every context. Throws std::logic_error when a context that
  /// the reactor reads is not held.
  ReactingRunner(const domain::Reactor& reactor, const std::vector<const domain::AggregateKind*>& kinds,
                 const LanesByContext& held, std::unique_ptr<journal::Journal> journal, CommandPort& port, Clock clock,
                 ReactingOptions options, ReactingMetrics metrics = {});
  ~ReactingRunner() override;

  Result<Done> run() override;
  void stop() override { bell_->stop(); }
  bool follows(std::string_view context) const override;
  void wake() override { bell_->ring(); }

 private:
  using Instant = Doorbell::Instant;
  struct Reading {
    template <class... Of>
    explicit Reading(std::shared_ptr<const HeldLanes> lanes, Of&&... of)
        : held(std::move(lanes)), lane(std::forward<Of>(of)...) {}

    std::shared_ptr<const HeldLanes> held;
    ReactingLane lane;
    Instant store_at{};
    bool told_stopped = false;

    bool behind() const { return lane.room() > 0 && lane.admitted() < held->last(lane.lane()); }
  };

  Result<Done> begin();
  bool held() const;
  Result<Done> read(Instant now);
  Result<Done> store(Instant now, bool all);
  Result<Done> store(Reading& reading, const ReactionProgress& progress, Instant now);
  void tell();
  void wait();

  const domain::Reactor& reactor_;
  std::vector<std::shared_ptr<const HeldLanes>> contexts_;
  std::unique_ptr<journal::Journal> journal_;
  ReactingOptions options_;
  ReactingMetrics metrics_;
  MessageDirectory directory_;
  std::shared_ptr<Doorbell> bell_;
  CommandCourier courier_;
  std::deque<Reading> readings_;
  Instant read_at_{};
};

/// A reactor as the engine hosts it, under the first context that it reads. `port` is the engine itself.
HostedService reacting_service(const domain::Reactor& reactor, std::vector<const domain::AggregateKind*> kinds,
                               journal::OpenJournal open_journal, std::function<CommandPort&()> port, Clock clock,
                               ReactingOptions options, ops::Metrics& metrics);

}  // namespace keel::actors
