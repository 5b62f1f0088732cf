#include "actors/reacting.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ops/log.hpp"

namespace keel::actors {
namespace {

constexpr std::string_view logger = "reactor";
constexpr std::chrono::milliseconds idle_wait{1000};
/// A fenced lane is tried again when its epoch was raised; the ownership notices a loss within a second.
constexpr std::chrono::milliseconds fenced_wait{100};

}  // namespace

ReactingMetrics::ReactingMetrics(ops::Metrics& metrics, const std::string& reactor) {
  const ops::Labels labels{{"reactor", reactor}};
  events = metrics.counter("keel_reactor_events_total", "Events that were read to be reacted to.", labels);
  repeats =
      metrics.counter("keel_reactor_repeats_total", "Commands sent again because the answer was not certain.", labels);
  stopped_lanes = metrics.gauge("keel_reactor_stopped_lanes", "Lanes that a bug stopped; a person must look.", labels);
  lag = metrics.gauge("keel_reactor_lag_events", "Stored events that are not done yet.", labels);
}

ReactingRunner::ReactingRunner(const domain::Reactor& reactor, const std::vector<const domain::AggregateKind*>& kinds,
                               const LanesByContext& held, std::unique_ptr<journal::Journal> journal, CommandPort& port,
                               Clock clock, ReactingOptions options, ReactingMetrics metrics)
    : reactor_(reactor),
      journal_(std::move(journal)),
      options_(options),
      metrics_(std::move(metrics)),
      directory_(kinds),
      bell_(std::make_shared<Doorbell>()),
      courier_(port, directory_, bell_, std::move(clock), options.courier, metrics_.repeats) {
  for (const auto context : reactor_.reads) {
    const auto lanes = held.find(context);
    if (lanes == held.end()) {
      throw std::logic_error(std::string(reactor_.name) + " reads " + std::string(context) +
                             ", which this process does not serve");
    }
    contexts_.push_back(lanes->second);
  }
}

ReactingRunner::~ReactingRunner() = default;

Result<Done> ReactingRunner::run() {
  if (auto begun = begin(); !begun) return begun.fault();
  while (!bell_->stopped() && held()) {
    courier_.deliver();
    const auto now = std::chrono::steady_clock::now();
    if (auto done = read(now); !done) return done.fault();
    if (auto done = store(now, false); !done) return done.fault();
    tell();
    wait();
  }
  if (!held()) {
    metrics_.lag.set(0);  // from now on the lanes' next owner tells
    return Done{};
  }
  courier_.deliver();
  return store(std::chrono::steady_clock::now(), true);
}

Result<Done> ReactingRunner::begin() {
  for (const auto& lanes : contexts_) {
    const auto places = journal_->reactions(reactor_.name, lanes->context());
    if (!places) return places.fault();
    for (std::int32_t i = 0; i < lanes->count(); ++i) {
      const Position done = places->at(static_cast<std::size_t>(i));
      if (done > lanes->last(Lane{i})) {
        return Fault{.what = std::string(reactor_.name) + " was at " + lanes->context() + "/" + std::to_string(i) +
                             "/" + std::to_string(done.value) + ", beyond the end of the lane: the journal was " +
                             "restored; run `keel journal adopt`"};
      }
      readings_.emplace_back(lanes, lanes->context(), Lane{i}, done, options_.window, reactor_, directory_, courier_);
    }
  }
  return Done{};
}

bool ReactingRunner::follows(std::string_view context) const {
  return std::any_of(contexts_.begin(), contexts_.end(),
                     [&](const auto& lanes) { return lanes->context() == context; });
}

bool ReactingRunner::held() const {
  return std::all_of(contexts_.begin(), contexts_.end(), [](const auto& lanes) { return lanes->held(); });
}

Result<Done> ReactingRunner::read(Instant now) {
  if (now < read_at_) return Done{};
  for (auto& reading : readings_) {
    if (!reading.behind()) continue;
    read_at_ = now + options_.gather;
    auto& lane = reading.lane;
    auto events = reading.held->read(*journal_, lane.lane(), lane.admitted(), lane.room());
    if (!events) return events.fault();
    metrics_.events.add(events->size());
    for (auto& event : *events) lane.admit(std::move(event));
  }
  return Done{};
}

Result<Done> ReactingRunner::store(Instant now, bool all) {
  std::int64_t lag = 0;
  for (auto& reading : readings_) {
    lag += reading.held->last(reading.lane.lane()).value - reading.lane.stored_position().value;
    if (!all && now < reading.store_at) continue;
    const auto progress = reading.lane.progress();
    if (!progress) continue;
    if (auto done = store(reading, *progress, now); !done) return done.fault();
  }
  metrics_.lag.set(static_cast<double>(lag));
  return Done{};
}

Result<Done> ReactingRunner::store(Reading& reading, const ReactionProgress& progress, Instant now) {
  const auto held_lane = reading.held->lane(reading.lane.lane());
  const auto moved = journal_->react(reactor_.name, reading.lane.context(), held_lane, progress.position, progress.set,
                                     progress.cancelled);
  if (!moved) return moved.fault();
  if (*moved) {
    reading.lane.stored();
    reading.store_at = now + options_.store_every;
  } else {
    reading.store_at = now + fenced_wait;
  }
  return Done{};
}

void ReactingRunner::tell() {
  for (auto& reading : readings_) {
    const auto& stopped = reading.lane.stopped();
    if (!stopped || reading.told_stopped) continue;
    reading.told_stopped = true;
    metrics_.stopped_lanes.add(1);
    log::error(logger, "a lane is stopped by a bug; the others go on",
               {{"context", reading.lane.context()},
                {"lane", reading.lane.lane().value},
                {"reason", stopped->what},
                {"trace_id", reading.lane.stopped_trace_id()}});
  }
}

void ReactingRunner::wait() {
  const auto now = std::chrono::steady_clock::now();
  auto until = now + idle_wait;
  if (const auto next = courier_.next_try()) until = std::min(until, *next);
  for (auto& reading : readings_) {
    if (reading.behind()) until = std::min(until, read_at_);
    if (reading.lane.has_progress()) until = std::min(until, reading.store_at);
  }
  if (now < read_at_) return bell_->gather_until(std::min(until, read_at_));
  bell_->wait_until(until);
}

HostedService reacting_service(const domain::Reactor& reactor, std::vector<const domain::AggregateKind*> kinds,
                               journal::OpenJournal open_journal, std::function<CommandPort&()> port, Clock clock,
                               ReactingOptions options, ops::Metrics& metrics) {
  const std::string name(reactor.name);
  return HostedService{
      "reactor", std::string(reactor.reads.front()),
      [&reactor, kinds = std::move(kinds), open_journal = std::move(open_journal), port = std::move(port),
       clock = std::move(clock), options,
       series = ReactingMetrics(metrics, name)](const LanesByContext& held) -> std::unique_ptr<Runner> {
        auto session = open_journal();
        if (!session) throw std::runtime_error(session.fault().what);
        series.stopped_lanes.set(0);
        return std::make_unique<ReactingRunner>(reactor, kinds, held, *std::move(session), port(), clock, options,
                                                series);
      }};
}

}  // namespace keel::actors
