#include "actors/live_aggregate.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actors/command_failed.hpp"
#include "core/crash_point.hpp"

namespace keel::actors {
namespace {

using journal::Drop;
using journal::Outcome;

constexpr int time_ordered = 7;
/// How far a client's clock may be ahead of ours before its fresh ids are looked up like old ones.
constexpr std::chrono::seconds clock_tolerance{1};

Trouble trouble_of(Drop why) {
  switch (why) {
    case Drop::restarted:
      return Trouble::restarted;
    case Drop::outcome_unknown:
      return Trouble::outcome_unknown;
    case Drop::journal_unavailable:
      return Trouble::journal_unavailable;
    case Drop::late:
      return Trouble::late;
    case Drop::fenced:
      return Trouble::not_owner;
  }
  throw std::logic_error("a drop without a name");
}

Answer placed(Answer intended, const Outcome& outcome) {
  if (auto* accepted = std::get_if<Accepted>(&intended)) {
    accepted->position = outcome.position;
    if (outcome.kind == Outcome::Kind::stored) accepted->version = outcome.version;
  }
  return intended;
}

}  // namespace

LiveAggregate::LiveAggregate(const domain::AggregateKind& kind, std::string id, Lane lane, std::uint64_t incarnation,
                             Restored restored, const LiveOptions& options, Surroundings& surroundings)
    : kind_(kind),
      options_(options),
      surroundings_(surroundings),
      id_(std::move(id)),
      lane_(lane),
      until_snapshot_(static_cast<std::uint32_t>(restored.until_snapshot)),
      incarnation_(incarnation),
      state_(std::move(restored.state)),
      version_(restored.version),
      snapshot_(restored.snapshot),
      floor_(restored.began) {}

void LiveAggregate::take(std::unique_ptr<PendingCall> call) {
  if (ended_) return surroundings_.hand_back(std::move(call));
  if (in_flight_.size() + looking_up_.size() >= options_.max_in_flight) return call->answer(Trouble::overloaded);
  proceed(std::move(call));
}

void LiveAggregate::proceed(std::unique_ptr<PendingCall> call) {
  const Timestamp now = options_.clock();
  last_taken_ = now;
  if (call->call.deadline <= now) return call->answer(Trouble::late);
  if (call->receipt != nullptr) return call->answer(from_receipt(call->call, *call->receipt));
  floor_ = recents_.forget(now - options_.remember_ids_for, floor_);
  const Recents::Known* known = recents_.find(call->call.request_id);
  if (known != nullptr && known->in_flight != nullptr) {
    known->in_flight->joined.push_back(std::move(call));
    return;
  }
  if (!must_be_looked_up(*call, known)) return decide(std::move(call), now);
  surroundings_.look_up(call->call.request_id);
  looking_up_.push_back(std::move(call));
}

bool LiveAggregate::must_be_looked_up(const PendingCall& call, const Recents::Known* known) const {
  if (call.call.validate_only) return false;  // the writer looks up every answer that stores nothing
  if (known != nullptr) return true;
  return !call.looked_up && !young(call.call.request_id);
}

bool LiveAggregate::young(const Uuid& id) const {
  return id.version() == time_ordered && id.made_at() >= floor_ + clock_tolerance;
}

void LiveAggregate::looked_up(std::span<LookedUp> found) {
  for (auto& one : found) {
    auto call = looking_up_.extract([&](const PendingCall& c) { return c.call.request_id == one.request_id; });
    if (call == nullptr) continue;
    if (!one.answered) {
      call->answer(Trouble::journal_unavailable);
      continue;
    }
    call->looked_up = true;
    call->receipt = std::move(one.receipt);
    proceed(std::move(call));
  }
}

void LiveAggregate::decide(std::unique_ptr<PendingCall> call, Timestamp now) {
  const Call& asked = call->call;
  if (asked.expected_version && *asked.expected_version != version_) {
    return only_answer(std::move(call), VersionConflict{*asked.expected_version, version_});
  }
  auto decision = blaming(asked, [&] { return asked.rule->decide(*state_, *asked.command, asked.stamp); });
  if (!decision.accepted()) return only_answer(std::move(call), decision.refusal());
  if (asked.validate_only) {
    return only_answer(std::move(call), Accepted{version_, lane_, {}, std::move(decision.acceptance().reply)});
  }
  append(std::move(call), std::move(decision.acceptance()), now);
}

void LiveAggregate::append(std::unique_ptr<PendingCall> call, domain::Decision::Accepted accepted, Timestamp now) {
  Call& asked = call->call;
  journal::Entry entry;
  entry.lane = lane_;
  entry.aggregate = aggregate();
  entry.expected = version_;
  entry.events = blaming(asked, [&] { return evolve(accepted); });
  entry.metadata = std::move(asked.metadata);
  entry.receipt = {asked.request_id, asked.caller, asked.fingerprint, accepted.reply};
  if (snapshot_due(entry.expected)) entry.snapshot = take_snapshot();
  call->intended = Accepted{version_, lane_, {}, std::move(accepted.reply)};
  asked.command.reset();
  call->sequence = ++sequence_;
  call->decided_at = entry.expected;
  const Timestamp deadline = asked.deadline;
  PendingCall& waiting = in_flight_.push_back(std::move(call));
  recents_.add(waiting.call.request_id, now, waiting);
  write(std::move(entry), deadline);
}

bool LiveAggregate::snapshot_due(Version before) const {
  return until_snapshot_ == 0 && version_.value / options_.snapshot_every != before.value / options_.snapshot_every;
}

journal::Entry::StateAfter LiveAggregate::take_snapshot() {
  journal::Entry::StateAfter snapshot{kind_.schema, state_->SerializeAsString()};
  snapshot_ = version_;
  until_snapshot_ = static_cast<std::uint32_t>(snapshot.state.size());
  return snapshot;
}

std::vector<journal::NewEvent> LiveAggregate::evolve(const domain::Decision::Accepted& accepted) {
  std::vector<journal::NewEvent> stored;
  stored.reserve(accepted.events.size());
  for (const auto& event : accepted.events) {
    const auto* descriptor = event->GetDescriptor();
    const auto* known = kind_.event(descriptor);
    if (known == nullptr) throw std::logic_error("a rule made an event that its aggregate does not remember");
    known->evolve(*state_, *event);
    stored.push_back({descriptor->full_name(), event->SerializeAsString()});
    until_snapshot_ -= static_cast<std::uint32_t>(std::min<std::size_t>(until_snapshot_, stored.back().payload.size()));
    version_ = version_.next();
  }
  return stored;
}

void LiveAggregate::only_answer(std::unique_ptr<PendingCall> call, Answer intended) {
  call->intended = std::move(intended);
  call->call.command.reset();
  call->sequence = ++sequence_;
  call->decided_at = version_;
  const PendingCall& waiting = in_flight_.push_back(std::move(call));
  write(journal::AnswerOnly{lane_, aggregate(), waiting.call.request_id, waiting.call.fingerprint},
        waiting.call.deadline);
}

void LiveAggregate::write(std::variant<journal::Entry, journal::AnswerOnly> what, Timestamp deadline) {
  // With every item, because a writer that has lost its lanes no longer knows what the first one said.
  surroundings_.write({std::move(what), incarnation_, sequence_, deadline, surroundings_.sink()});
}

bool LiveAggregate::write_snapshot() {
  if (ended_ || version_.value - snapshot_.value < options_.snapshot_at_rest_after) return false;
  journal::Entry entry;
  entry.lane = lane_;
  entry.aggregate = aggregate();
  entry.expected = version_;
  entry.snapshot = take_snapshot();
  snapshot_on_its_way_ = ++sequence_;
  write(std::move(entry), options_.clock());
  return true;
}

void LiveAggregate::confirmed(std::span<Outcome> outcomes, bool ended) {
  for (auto& outcome : outcomes) settle(outcome);
  if (ended && !ended_) end();
}

void LiveAggregate::settle(Outcome& outcome) {
  if (outcome.sequence == snapshot_on_its_way_) {
    snapshot_on_its_way_ = 0;
    return;
  }
  if (in_flight_.empty() || in_flight_.front()->sequence != outcome.sequence) {
    throw std::logic_error("the writer confirmed what was not next");
  }
  const auto call = in_flight_.pop_front();
  recents_.settled(call->call.request_id, *call);
  crash_point("before_reply");
  CallQueue joined = std::move(call->joined);
  for (PendingCall* repeat = joined.front(); repeat != nullptr; repeat = repeat->next) join(*repeat, *call, outcome);
  tell(*call, outcome);
  while (!joined.empty()) tell(*joined.pop_front(), outcome);
  crash_point("after_reply");
}

void LiveAggregate::join(PendingCall& repeat, const PendingCall& first, const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::stored && repeat.call.fingerprint != first.call.fingerprint) {
    repeat.intended = RequestIdReused{};
    return;
  }
  repeat.intended = first.intended;
  if (auto* accepted = std::get_if<Accepted>(&repeat.intended)) accepted->deduplicated = true;
}

void LiveAggregate::tell(PendingCall& call, const Outcome& outcome) const {
  switch (outcome.kind) {
    case Outcome::Kind::stored:
    case Outcome::Kind::stands:
      return call.answer(placed(std::move(call.intended), outcome));
    case Outcome::Kind::repeated:
    case Outcome::Kind::reused:
      return call.answer(from_receipt(call.call, *outcome.receipt));
    case Outcome::Kind::dropped:
      return call.answer(trouble_of(outcome.why));
  }
  throw std::logic_error("an outcome without a name");
}

Answer LiveAggregate::from_receipt(const Call& call, const journal::Receipt& receipt) const {
  if (receipt.fingerprint != call.fingerprint || receipt.aggregate != aggregate()) return RequestIdReused{};
  return Accepted{receipt.version, receipt.lane, receipt.position, receipt.reply, true};
}

void LiveAggregate::end() {
  ended_ = true;
  while (!looking_up_.empty()) surroundings_.hand_back(looking_up_.pop_front());
}

}  // namespace keel::actors
