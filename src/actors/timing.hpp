#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/command_courier.hpp"
#include "actors/doorbell.hpp"
#include "actors/internal_command.hpp"
#include "actors/runner.hpp"
#include "journal/journal.hpp"
#include "ops/metrics.hpp"

namespace keel::actors {

struct TimingOptions {
  /// How often the journal is asked for due timers; a timer fires at most so much late.
  std::chrono::milliseconds look_every{250};
  /// Timers under way at once; the others follow, earliest first.
  std::size_t in_flight = 512;
  /// How long a timer is put off when the aggregate says `NOT_YET_DUE` without saying until when.
  std::chrono::milliseconds put_off{1000};
  CourierOptions courier{};
};

/// What a context's timers tell Prometheus.
struct TimingMetrics {
  TimingMetrics() = default;
  TimingMetrics(ops::Metrics& metrics, const std::string& context);

  ops::Counter fired;
  ops::Counter put_off;
  /// Tries that ended in trouble and are repeated.
  ops::Counter repeats;
  /// Timers that cannot fire because of a bug: a person must look.
  ops::Gauge stuck;
};

/// Fires the durable timers of a context's lanes: due by the database's clock, a timer becomes its command, with a
/// request id derived from key and due time, and is deleted after a certain answer. `NOT_YET_DUE` (another clock) puts
/// it off: to the refusal's `due_at` (microseconds since 1970) if it names a later moment, else by `put_off`.
///
/// Only while this process holds the lane's epoch is a timer deleted or put off; and only if it still has the due time
/// that fired, so one that was set anew meanwhile stays. A timer whose command nobody knows, or whose request id was
/// used for something else, is stuck: told, left alone until the next start.
///
/// `run` ends as `ReactingRunner`'s does.
class TimingRunner final : public Runner {
 public:
  /// `port` and `kinds` outlive it. `kinds`: of every context.
  TimingRunner(std::shared_ptr<const HeldLanes> lanes, const std::vector<const domain::AggregateKind*>& kinds,
               std::unique_ptr<journal::Journal> journal, CommandPort& port, Clock clock, TimingOptions options,
               TimingMetrics metrics = {});
  ~TimingRunner() override;

  Result<Done> run() override;
  void stop() override { bell_->stop(); }

 private:
  using Instant = Doorbell::Instant;
  using Key = std::pair<Lane, std::string>;
  struct Settled {
    journal::Timer timer;
    std::optional<Timestamp> put_off_to;
  };

  Result<Done> look(Instant now);
  void fire(const journal::Timer& timer);
  void answered(const journal::Timer& timer, const Answer& answer);
  Result<Done> settle();
  void stick(const journal::Timer& timer, const std::string& why);

  std::shared_ptr<const HeldLanes> lanes_;
  std::unique_ptr<journal::Journal> journal_;
  Clock clock_;
  TimingOptions options_;
  TimingMetrics metrics_;
  MessageDirectory directory_;
  std::shared_ptr<Doorbell> bell_;
  CommandCourier courier_;
  Instant look_at_{};
  std::set<Key> under_way_;
  std::set<std::pair<Key, Timestamp>> stuck_;
  std::vector<Settled> settled_;
};

/// The timers of a context as the engine hosts them. `port` is the engine itself.
HostedService timing_service(const std::string& context, std::vector<const domain::AggregateKind*> kinds,
                             journal::OpenJournal open_journal, std::function<CommandPort&()> port, Clock clock,
                             TimingOptions options, ops::Metrics& metrics);

}  // namespace keel::actors
