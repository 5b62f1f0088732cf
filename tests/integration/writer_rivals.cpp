#include "integration/writer_rivals.hpp"

#include <chrono>
#include <deque>
#include <thread>
#include <utility>

#include "journal/incarnation.hpp"

namespace keel::test {

using journal::Outcome;
using std::chrono::milliseconds;

void OpenWishes::put(const Wish& wish) {
  const std::lock_guard lock(mutex_);
  wishes_.push_back(wish);
}

std::optional<Wish> OpenWishes::take() {
  const std::lock_guard lock(mutex_);
  if (wishes_.empty()) return std::nullopt;
  const Wish wish = wishes_.back();
  wishes_.pop_back();
  return wish;
}

/// One life of an aggregate: the payloads of its history as it believes it to be, and what it waits for.
struct RivalOwner::Actor : journal::Sink {
  struct Asked {
    std::optional<Wish> wish;
    std::string payload;
    Version decided_at;
    std::string rests_on;
  };

  explicit Actor(RivalOwner& in) : rival(in) {}

  void confirmed(std::uint64_t, std::span<Outcome> outcomes, bool has_ended) override {
    ended = ended || has_ended;
    for (const Outcome& outcome : outcomes) {
      const Asked asked = std::move(open.front());
      open.pop_front();
      heed(asked, outcome);
    }
  }

  void heed(const Asked& asked, const Outcome& outcome) {
    Told& told = rival.told_;
    ++told.answered;
    switch (outcome.kind) {
      case Outcome::Kind::stored:
        told.stored.push_back({asked.payload, lane, outcome.position, outcome.version, asked.wish->events});
        return;
      case Outcome::Kind::stands:
        told.stood.push_back({ref, asked.decided_at, asked.rests_on});
        return;
      case Outcome::Kind::repeated:
      case Outcome::Kind::reused:
        if (asked.wish) told.absent.push_back(asked.payload);
        return;
      case Outcome::Kind::dropped:
        if (outcome.why == journal::Drop::outcome_unknown) ++told.unknown;
        if (!asked.wish) return;
        if (outcome.why != journal::Drop::outcome_unknown) told.absent.push_back(asked.payload);
        rival.wishes_.put(*asked.wish);
        return;
    }
  }

  RivalOwner& rival;
  AggregateRef ref;
  Lane lane;
  std::uint64_t incarnation = 0;
  std::vector<std::string> memory;
  std::deque<Asked> open;
  bool ended = false;
};

RivalOwner::RivalOwner(unsigned number, journal::OpenJournal open_owner, journal::OpenJournal open_writer,
                       OpenWishes& wishes)
    : number_(number),
      owner_{make_uuid_v7(system_now()), "rival " + std::to_string(number)},
      open_owner_(std::move(open_owner)),
      wishes_(wishes),
      random_(number * 7919 + 17),
      writer_("cart", owner_, hooked(std::move(open_writer), hooks_), *this, this) {
  hooks_->append = [this](const std::function<journal::Appended()>& call) {
    pause_sometimes();
    return call();
  };
}

RivalOwner::~RivalOwner() = default;

Told RivalOwner::run(const std::atomic<bool>& stop) {
  while (!stop) {
    std::this_thread::sleep_for(milliseconds(dice(12) == 0 ? dice(300) : dice(20)));
    if (!take_over()) continue;
    write_for_a_while();
  }
  writer_.abandon_lanes();
  while (writer_.work()) {
  }
  return std::move(told_);
}

bool RivalOwner::take_over() {
  if (!session_ || !session_->usable()) {
    auto opened = open_owner_();
    if (!opened) return false;
    session_ = *std::move(opened);
  }
  if (!session_->beat(owner_)) return false;
  const std::vector<std::string> contexts{"cart"};
  const auto taken = session_->take_over(owner_, contexts, true);
  if (!taken) return false;
  ++told_.take_overs;
  writer_.adopt_lanes(taken->held.at(0));
  actors_.clear();
  closing_.clear();
  return true;
}

void RivalOwner::write_for_a_while() {
  const unsigned rounds = 1 + dice(12);
  for (unsigned round = 0; round < rounds && writer_.owning(); ++round) {
    for (unsigned items = dice(24); items > 0; --items) submit_something();
    work_until_quiet();
  }
  if (dice(8) == 0 && session_) {
    writer_.abandon_lanes();
    (void)session_->give_up(owner_);
  }
}

void RivalOwner::work_until_quiet() {
  while (const auto pause = writer_.work()) std::this_thread::sleep_for(*pause);
}

void RivalOwner::pause_sometimes() {
  const unsigned chance = dice(100);
  if (chance < 20) std::this_thread::sleep_for(std::chrono::microseconds(dice(3000)));
  if (chance == 99) std::this_thread::sleep_for(milliseconds(dice(60)));
}

void RivalOwner::submit_something() {
  if (dice(4) == 0) {
    if (const auto wish = wishes_.take()) {
      const auto actor = actor_of(wish->aggregate);
      return actor ? submit_command(actor, *wish) : wishes_.put(*wish);
    }
  }
  const unsigned aggregate = dice(aggregates);
  const auto actor = actor_of(aggregate);
  if (!actor) return;
  if (dice(5) == 0) return submit_answer(actor);
  submit_command(actor, {fresh_id(), aggregate, dice(4)});
}

void RivalOwner::submit_command(const std::shared_ptr<Actor>& actor, const Wish& wish) {
  const auto payload = std::to_string(number_) + "/" + std::to_string(++attempts_) + "/" + wish.request_id.text();
  journal::Entry entry;
  entry.lane = actor->lane;
  entry.aggregate = actor->ref;
  entry.expected = Version{static_cast<std::int64_t>(actor->memory.size())};
  for (std::int64_t i = 0; i < wish.events; ++i) {
    entry.events.push_back({"keel.cart.v1.ItemAdded", payload});
    actor->memory.push_back(payload);
  }
  entry.receipt = {wish.request_id, "stress", {}, payload};
  if (dice(20) == 0) entry.snapshot = {1, payload};
  actor->open.push_back({wish, payload, {}, {}});
  ++told_.submitted;
  writer_.submit({std::move(entry), actor->incarnation, 0, system_now() + milliseconds(500), actor});
}

void RivalOwner::submit_answer(const std::shared_ptr<Actor>& actor) {
  const Version version{static_cast<std::int64_t>(actor->memory.size())};
  actor->open.push_back({std::nullopt, {}, version, actor->memory.empty() ? "" : actor->memory.back()});
  ++told_.submitted;
  journal::AnswerOnly answer{actor->lane, actor->ref, fresh_id(), {}};
  writer_.submit({std::move(answer), actor->incarnation, 0, system_now() + milliseconds(500), actor});
}

std::shared_ptr<RivalOwner::Actor> RivalOwner::actor_of(unsigned aggregate) {
  const auto known = actors_.find(aggregate);
  if (known != actors_.end() && !known->second->ended) return known->second;
  if (known != actors_.end()) bury(aggregate);
  if (closing_.contains(aggregate) || !session_) return nullptr;
  auto actor = std::make_shared<Actor>(*this);
  actor->ref = {"Cart", "a" + std::to_string(aggregate)};
  actor->lane = lane_of(actor->ref.type, actor->ref.id, lanes);
  actor->incarnation = journal::next_incarnation();
  const auto events = session_->read_aggregate("cart", actor->ref, Version{}, 1'000'000);
  if (!events) return nullptr;
  for (const auto& event : *events) actor->memory.push_back(event.payload);
  actors_[aggregate] = actor;
  return actor;
}

void RivalOwner::bury(unsigned aggregate) {
  const auto actor = actors_[aggregate];
  actors_.erase(aggregate);
  closing_[aggregate] = actor->incarnation;
  writer_.close(actor->ref, actor->incarnation, [this, aggregate, incarnation = actor->incarnation] {
    const auto closing = closing_.find(aggregate);
    if (closing != closing_.end() && closing->second == incarnation) closing_.erase(closing);
  });
}

Uuid RivalOwner::fresh_id() { return make_uuid_v7(system_now()); }

void RivalOwner::lost(std::string_view, std::string_view) { ++told_.lost; }

}  // namespace keel::test
