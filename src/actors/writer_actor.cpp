#include "actors/writer_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <array>
#include <thread>
#include <utility>

#include "actors/exceptions.hpp"
#include "ops/log.hpp"

namespace keel::actors {
namespace {

double seconds(std::chrono::nanoseconds took) { return std::chrono::duration<double>(took).count(); }

std::size_t payload_bytes(std::span<const journal::StoredEvent> events) {
  std::size_t bytes = 0;
  for (const auto& event : events) bytes += event->payload.size();
  return bytes;
}

std::string_view name_of(journal::AppendOutcome outcome) {
  switch (outcome) {
    case journal::AppendOutcome::stored:
      return "stored";
    case journal::AppendOutcome::fenced:
      return "fenced";
    case journal::AppendOutcome::misplaced:
      return "misplaced";
    case journal::AppendOutcome::stale_version:
      return "stale_version";
    case journal::AppendOutcome::duplicate:
      return "duplicate";
    case journal::AppendOutcome::try_again:
      return "try_again";
    case journal::AppendOutcome::broken:
      return "broken";
    case journal::AppendOutcome::unknown:
      return "unknown";
  }
  throw std::logic_error("an append outcome without a name");
}

constexpr std::array failed_outcomes = {journal::AppendOutcome::fenced,        journal::AppendOutcome::misplaced,
                                        journal::AppendOutcome::stale_version, journal::AppendOutcome::duplicate,
                                        journal::AppendOutcome::try_again,     journal::AppendOutcome::broken,
                                        journal::AppendOutcome::unknown};

constexpr std::array drops = {journal::Drop::restarted, journal::Drop::outcome_unknown,
                              journal::Drop::journal_unavailable, journal::Drop::late, journal::Drop::fenced};

}  // namespace

WriterActor::WriterActor(caf::actor_config& config, const Setting& setting, WriterParts parts)
    : caf::event_based_actor(config), setting_(setting), parts_(std::move(parts)), pace_(setting.options.rounds_apart) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
}

caf::behavior WriterActor::make_behavior() {
  const ops::Labels labels{{"context", parts_.context}};
  auto& metrics = *setting_.metrics;
  entries_ = metrics.histogram("keel_append_entries", "Entries in one append.", ops::count_buckets(), labels);
  append_seconds_ = metrics.histogram("keel_append_seconds", "Time of one append.", ops::latency_buckets(), labels);
  events_ = metrics.counter("keel_append_events_total", "Events stored in the journal.", labels);
  bytes_ = metrics.counter("keel_append_bytes_total", "Bytes of the events stored, without their metadata.", labels);
  look_up_seconds_ =
      metrics.histogram("keel_answer_round_seconds", "Time of one read round.", ops::latency_buckets(), labels);
  make_failure_counters();
  writer_ = std::make_unique<journal::Writer>(
      parts_.context, setting_.owner, setting_.open_writer, static_cast<journal::WriterHost&>(*this),
      static_cast<journal::WriterObserver*>(this), setting_.options.writer, setting_.clock);
  writer_->adopt_lanes(parts_.lanes);
  caf::anon_send(parts_.supervisor, msg::WriterReady{});
  return {
      [this](msg::Write& item) {
        writer_->submit(std::move(*item));
        ask_for_round();
      },
      [this](const msg::Round& asked) { round(asked.alarm); },
      [this](msg::Close& order) {
        writer_->close(std::move(order.aggregate), order.life.incarnation,
                       [lane = std::move(order.lane), life = order.life] { caf::anon_send(lane, msg::Closed{life}); });
        ask_for_round();
      },
      [this](msg::GiveUp) {
        writer_->abandon_lanes();
        ask_for_round();
      },
      [](const msg::Break& order) { break_down(order.cause); },
  };
}

/// From the start, at 0: an alert must see the first failure as a rise.
void WriterActor::make_failure_counters() {
  auto& metrics = *setting_.metrics;
  for (const auto outcome : failed_outcomes) {
    failures_[outcome] =
        metrics.counter("keel_append_failures_total", "Appends that stored nothing, or of which nothing is known.",
                        {{"context", parts_.context}, {"outcome", std::string(name_of(outcome))}});
  }
  for (const auto why : drops) {
    dropped_[why] =
        metrics.counter("keel_answers_dropped_total", "Decided commands whose answer could not be confirmed.",
                        {{"context", parts_.context}, {"reason", std::string(journal::name_of(why))}});
  }
  bugs_ = metrics.counter("keel_bugs_total", "Checks that failed and that only a bug can fail.");
}

void WriterActor::on_exit() {
  writer_.reset();
  parts_.supervisor = nullptr;
}

void WriterActor::ask_for_round() {
  if (std::exchange(round_asked_, true)) return;
  caf::anon_send(this, msg::Round{++alarm_});
}

void WriterActor::round(std::uint64_t alarm) {
  if (alarm != alarm_) return;
  if (waited_for_more()) return caf::anon_send(this, msg::Round{alarm});
  round_asked_ = false;
  pace_.begin(std::chrono::steady_clock::now());
  const auto pause = writer_->work();
  if (!pause) return;
  if (pause->count() == 0) return ask_for_round();
  delayed_send(this, *pause, msg::Round{++alarm_});
}

/// The thread is the writer's own, so it may sleep; what comes meanwhile is taken before the round that is asked for
/// then.
bool WriterActor::waited_for_more() {
  if (!setting_.threads) return false;
  const auto wait = pace_.wait(std::chrono::steady_clock::now());
  if (wait <= std::chrono::nanoseconds(0)) return false;
  std::this_thread::sleep_for(wait);
  return true;
}

void WriterActor::lost(std::string_view context, std::string_view why) {
  parts_.held->lost();
  caf::anon_send(parts_.supervisor, msg::LanesLost{std::string(context), std::string(why)});
}

void WriterActor::distrusted(std::string_view, std::string_view why) {
  caf::anon_send(parts_.supervisor, msg::Distrusted{std::string(why)});
}

void WriterActor::retaken(std::string_view context, std::span<const journal::HeldLane> lanes) {
  parts_.held->retaken(lanes);
  log::warn("writer", "took the lanes anew", {{"context", context}, {"lanes", lanes.size()}});
}

void WriterActor::committed(std::string_view context, std::span<const journal::HeldLane> grown,
                            std::span<const journal::StoredEvent> events) {
  events_.add(events.size());
  bytes_.add(payload_bytes(events));
  parts_.held->recent().add(events);
  for (const auto& lane : grown) parts_.held->stored(lane.lane, lane.last);
  parts_.bells->ring(context);
}

void WriterActor::appended(std::string_view context, const Append& append) {
  append_seconds_.observe(seconds(append.took));
  entries_.observe(static_cast<double>(append.entries));
  if (append.outcome == journal::AppendOutcome::stored) return pace_.stored(append.entries);
  failures_.at(append.outcome).add();
  log::warn("writer", "an append was not stored",
            {{"context", context}, {"outcome", name_of(append.outcome)}, {"what", append.what}});
}

void WriterActor::looked_up(std::string_view, std::size_t, std::chrono::nanoseconds took) {
  look_up_seconds_.observe(seconds(took));
}

void WriterActor::dropped(std::string_view, journal::Drop why, std::size_t items) { dropped_.at(why).add(items); }

void WriterActor::faulted(std::string_view context, const Fault& fault) {
  log::warn("writer", "the journal did not answer", {{"context", context}, {"what", fault.what}});
}

void WriterActor::bug(std::string_view context, std::string_view what) {
  bugs_.add();
  log::error("writer", "a bug of ours", {{"context", context}, {"what", what}});
}

}  // namespace keel::actors
