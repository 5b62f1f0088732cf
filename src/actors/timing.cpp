#include "actors/timing.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "actors/derived_id.hpp"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

constexpr std::string_view logger = "timers";
constexpr std::string_view not_yet_due = "NOT_YET_DUE";

std::optional<Timestamp> due_at_of(const domain::Refusal& refusal) {
  const auto named = refusal.metadata.find("due_at");
  if (named == refusal.metadata.end()) return std::nullopt;
  const std::string& text = named->second;
  std::int64_t microseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Timestamp(std::chrono::microseconds(microseconds));
}

}  // namespace

TimingMetrics::TimingMetrics(ops::Metrics& metrics, const std::string& context) {
  const ops::Labels labels{{"context", context}};
  fired = metrics.counter("keel_timers_fired_total", "Timers that fired and were answered for certain.", labels);
  put_off = metrics.counter("keel_timers_put_off_total", "Timers that the aggregate called not yet due.", labels);
  repeats = metrics.counter("keel_timers_repeats_total", "Commands of timers sent again for want of a certain answer.",
                            labels);
  stuck = metrics.gauge("keel_timers_stuck", "Timers that cannot fire because of a bug; a person must look.", labels);
}

TimingRunner::TimingRunner(std::shared_ptr<const HeldLanes> lanes,
                           const std::vector<const domain::AggregateKind*>& kinds,
                           std::unique_ptr<journal::Journal> journal, CommandPort& port, Clock clock,
                           TimingOptions options, TimingMetrics metrics)
    : lanes_(std::move(lanes)),
      journal_(std::move(journal)),
      clock_(clock),
      options_(options),
      metrics_(std::move(metrics)),
      directory_(kinds),
      bell_(std::make_shared<Doorbell>()),
      courier_(port, directory_, bell_, std::move(clock), options.courier, metrics_.repeats) {}

TimingRunner::~TimingRunner() = default;

Result<Done> TimingRunner::run() {
  while (!bell_->stopped() && lanes_->held()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= look_at_) {
      if (auto looked = look(now); !looked) return looked.fault();
    }
    courier_.deliver();
    if (auto done = settle(); !done) return done.fault();
    bell_->wait_until(std::min(look_at_, courier_.next_try().value_or(look_at_)));
  }
  if (!lanes_->held()) return Done{};
  courier_.deliver();
  return settle();
}

Result<Done> TimingRunner::look(Instant now) {
  look_at_ = now + options_.look_every;
  if (under_way_.size() >= options_.in_flight) return Done{};
  const std::size_t limit = options_.in_flight + stuck_.size();
  const auto due = journal_->due_timers(lanes_->context(), limit);
  if (!due) return due.fault();
  for (const auto& timer : *due) {
    const Key key{timer.lane, timer.key};
    if (under_way_.size() >= options_.in_flight) break;
    if (!under_way_.contains(key) && !stuck_.contains({key, timer.due_at})) fire(timer);
  }
  return Done{};
}

void TimingRunner::fire(const journal::Timer& timer) {
  auto command = directory_.decode_command(timer.command_type, timer.command);
  if (!command) return stick(timer, command.fault().what);
  const auto sent = courier_.send(*std::move(command), timer_request_id(timer.key, timer.due_at), {},
                                  [this, timer](const Answer& answer) { answered(timer, answer); });
  if (!sent) return stick(timer, sent.fault().what);
  under_way_.insert({timer.lane, timer.key});
}

void TimingRunner::answered(const journal::Timer& timer, const Answer& answer) {
  if (std::holds_alternative<RequestIdReused>(answer)) {
    under_way_.erase({timer.lane, timer.key});
    return stick(timer, "its request id was used for another command");
  }
  const auto* refusal = std::get_if<domain::Refusal>(&answer);
  if (refusal == nullptr || refusal->reason != not_yet_due) return settled_.push_back({timer, std::nullopt});
  const auto later = due_at_of(*refusal).value_or(timer.due_at);
  settled_.push_back({timer, later > timer.due_at ? later : clock_() + options_.put_off});
}

Result<Done> TimingRunner::settle() {
  for (const auto& [timer, put_off_to] : std::exchange(settled_, {})) {
    const auto held = lanes_->lane(timer.lane);
    const auto done = journal_->settle_timer(lanes_->context(), held, timer, put_off_to);
    if (!done) return done.fault();
    under_way_.erase({timer.lane, timer.key});
    if (!*done) continue;  // fenced: due again, and harmless by its request id, if the lane is still ours
    (put_off_to ? metrics_.put_off : metrics_.fired).add();
    if (under_way_.empty()) look_at_ = {};
  }
  return Done{};
}

void TimingRunner::stick(const journal::Timer& timer, const std::string& why) {
  stuck_.insert({{timer.lane, timer.key}, timer.due_at});
  metrics_.stuck.set(static_cast<double>(stuck_.size()));
  log::error(logger, "a timer cannot fire; the others go on",
             {{"context", lanes_->context()}, {"lane", timer.lane.value}, {"key", timer.key}, {"reason", why}});
}

HostedService timing_service(const std::string& context, std::vector<const domain::AggregateKind*> kinds,
                             journal::OpenJournal open_journal, std::function<CommandPort&()> port, Clock clock,
                             TimingOptions options, ops::Metrics& metrics) {
  return HostedService{
      "timers", context,
      [context, kinds = std::move(kinds), open_journal = std::move(open_journal), port = std::move(port),
       clock = std::move(clock), options,
       series = TimingMetrics(metrics, context)](const LanesByContext& held) -> std::unique_ptr<Runner> {
        auto session = open_journal();
        if (!session) throw std::runtime_error(session.fault().what);
        series.stuck.set(0);
        return std::make_unique<TimingRunner>(held.at(context), kinds, *std::move(session), port(), clock, options,
                                              series);
      }};
}

}  // namespace keel::actors
