#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/in_memory_journal.hpp"
#include "journal/incarnation.hpp"
#include "journal/writer.hpp"
#include "support/hooked_journal.hpp"

namespace keel::test {

inline Uuid numbered_id(std::uint32_t number) {
  Uuid id{};
  for (int byte = 0; byte < 4; ++byte) {
    id.bytes[static_cast<std::size_t>(15 - byte)] = static_cast<std::uint8_t>(number >> (8 * byte));
  }
  id.bytes[6] = 0x40;
  id.bytes[8] = 0x80;
  return id;
}

/// An aggregate as a test plays it: numbers its items and remembers what came back.
class Player : public journal::Sink {
 public:
  struct Told {
    std::uint64_t incarnation;
    journal::Outcome outcome;
  };

  void confirmed(std::uint64_t incarnation, std::span<journal::Outcome> outcomes, bool ended) override {
    ++calls;
    has_ended = ended;
    for (auto& outcome : outcomes) told.push_back({incarnation, std::move(outcome)});
  }

  /// "1 stored 1@1, 2 dropped late": sequence, kind, version and position where they mean something.
  std::string story() const {
    std::string text;
    for (const Told& one : told) text += (text.empty() ? "" : ", ") + tell(one.outcome);
    return text;
  }

  static std::string tell(const journal::Outcome& outcome) {
    using Kind = journal::Outcome::Kind;
    const auto place = std::to_string(outcome.version.value) + "@" + std::to_string(outcome.position.value);
    const auto number = std::to_string(outcome.sequence) + " ";
    switch (outcome.kind) {
      case Kind::stored:
        return number + "stored " + place;
      case Kind::stands:
        return number + "stands @" + std::to_string(outcome.position.value);
      case Kind::repeated:
        return number + "repeated " + place;
      case Kind::reused:
        return number + "reused";
      case Kind::dropped:
        return number + "dropped " + std::string(name_of(outcome.why));
    }
    return "?";
  }

  std::vector<Told> told;
  std::size_t calls = 0;
  bool has_ended = false;
};

/// Remembers what a writer told its host and its observer, in one list of words.
class Ear : public journal::WriterHost, public journal::WriterObserver {
 public:
  void lost(std::string_view context, std::string_view) override { heard.push_back("lost " + std::string(context)); }
  void distrusted(std::string_view context, std::string_view) override {
    heard.push_back("distrusted " + std::string(context));
  }
  void retaken(std::string_view, std::span<const journal::HeldLane> lanes) override {
    heard.push_back("retaken epoch " + std::to_string(lanes.front().epoch.value));
  }
  void committed(std::string_view, std::span<const journal::HeldLane> grown,
                 std::span<const journal::StoredEvent> events) override {
    stored.insert(stored.end(), events.begin(), events.end());
    for (const auto& lane : grown) {
      commits.push_back(std::to_string(lane.lane.value) + ":" + std::to_string(lane.last.value));
    }
  }
  void appended(std::string_view, const Append& append) override {
    batch_sizes.push_back(append.entries);
    outcomes.push_back(append.outcome);
  }
  void looked_up(std::string_view, std::size_t answers, std::chrono::nanoseconds) override {
    look_ups.push_back(answers);
  }
  void dropped(std::string_view, journal::Drop why, std::size_t items) override { drops[why] += items; }
  void faulted(std::string_view, const Fault&) override { ++faults; }
  void bug(std::string_view, std::string_view what) override { bugs.emplace_back(what); }

  std::vector<std::string> heard;
  std::vector<std::string> commits;
  std::vector<journal::StoredEvent> stored;
  std::vector<std::size_t> batch_sizes;
  std::vector<journal::AppendOutcome> outcomes;
  std::vector<std::size_t> look_ups;
  std::map<journal::Drop, std::size_t> drops;
  std::vector<std::string> bugs;
  int faults = 0;
};

/// One writer on a journal in memory, with a clock to turn, hooks to pull, and rivals to call in.
class WriterDesk : public ::testing::Test {
 protected:
  using Kind = journal::Outcome::Kind;

  struct Aggregate {
    AggregateRef ref;
    Lane lane;
    std::uint64_t incarnation = journal::next_incarnation();
    Version version{};
    std::uint64_t sequence = 0;
    std::shared_ptr<Player> player = std::make_shared<Player>();

    std::string story() const { return player->story(); }
  };

  WriterDesk() { become_owner(owner, false); }

  /// An incarnation that was loaded at `version`.
  static Aggregate aggregate(const std::string& id, int lane = 0, std::int64_t version = 0) {
    return {{"Cart", id}, Lane{lane}, journal::next_incarnation(), Version{version}, 0, std::make_shared<Player>()};
  }
  /// The next life of the same aggregate, loaded at `version`.
  static Aggregate successor(const Aggregate& of, std::int64_t version) {
    return aggregate(of.ref.id, of.lane.value, version);
  }

  static journal::Fingerprint print_of(std::uint32_t body) {
    journal::Fingerprint fingerprint{};
    fingerprint[0] = static_cast<std::uint8_t>(body);
    return fingerprint;
  }

  /// Submits a command of this aggregate with so many events; its body is its request id unless told otherwise.
  void command(Aggregate& of, std::uint32_t request, int events = 1, std::uint32_t body = 0) {
    journal::Item item = base(of);
    journal::Entry& entry = item.what.emplace<journal::Entry>();
    entry.lane = of.lane;
    entry.aggregate = of.ref;
    entry.expected = of.version;
    for (int i = 0; i < events; ++i) entry.events.push_back({"keel.cart.v1.ItemAdded", "e" + std::to_string(request)});
    entry.receipt = {numbered_id(request), "caller", print_of(body == 0 ? request : body),
                     "reply " + std::to_string(request)};
    of.version = entry.version_after();
    writer.submit(std::move(item));
  }
  /// Submits an answer that stores nothing.
  void answer(Aggregate& of, std::uint32_t request, std::uint32_t body = 0) {
    journal::Item item = base(of);
    item.what = journal::AnswerOnly{of.lane, of.ref, numbered_id(request), print_of(body == 0 ? request : body)};
    writer.submit(std::move(item));
  }
  /// Submits the snapshot of a passivation.
  void snapshot(Aggregate& of) {
    journal::Item item = base(of);
    journal::Entry& entry = item.what.emplace<journal::Entry>();
    entry.lane = of.lane;
    entry.aggregate = of.ref;
    entry.expected = of.version;
    entry.snapshot = {7, "state"};
    writer.submit(std::move(item));
  }

  /// Works until there is nothing to do at this moment of the clock.
  void work() {
    for (int round = 0; round < 1000; ++round) {
      const auto pause = writer.work();
      if (!pause || *pause > std::chrono::milliseconds::zero()) return;
    }
    FAIL() << "the writer does not come to rest";
  }
  /// Works, turning the clock to the end of every pause, until the writer is idle.
  void work_through_pauses() {
    for (int round = 0; round < 1000; ++round) {
      const auto pause = writer.work();
      if (!pause) return;
      now += *pause;
    }
    FAIL() << "the writer does not come to rest";
  }

  /// Somebody takes all lanes; the writer's owner also adopts them.
  void become_owner(const journal::Owner& who, bool forced) {
    sessions.push_back(*store->open());
    ASSERT_TRUE(sessions.back()->beat(who));
    auto taken = sessions.back()->take_over(who, contexts, forced);
    ASSERT_TRUE(taken);
    ASSERT_EQ(taken->held.size(), 1U);
    if (who.id == owner.id) writer.adopt_lanes(taken->held[0]);
  }
  void rival_takes_over() { become_owner(rival, true); }

  std::vector<std::string> stored_payloads(int lane) const {
    std::vector<std::string> payloads;
    for (const auto& event : store->events("cart", Lane{lane})) payloads.push_back(event.payload);
    return payloads;
  }

  Timestamp now{std::chrono::seconds(1'000'000)};
  std::vector<std::string> contexts{"cart"};
  std::shared_ptr<journal::InMemoryStore> store = journal::InMemoryStore::make({contexts, 4, [this] { return now; }});
  std::shared_ptr<JournalHooks> hooks = std::make_shared<JournalHooks>();
  journal::Owner owner{numbered_id(900'001), "we"};
  journal::Owner rival{numbered_id(900'002), "rival"};
  Ear ear;
  journal::Writer writer{"cart", owner, hooked(store->opener(), hooks), ear, &ear, {}, [this] { return now; }};
  std::vector<std::unique_ptr<journal::Journal>> sessions;
  std::chrono::seconds patience{5};

 private:
  journal::Item base(Aggregate& of) {
    journal::Item item;
    item.incarnation = of.incarnation;
    item.sequence = ++of.sequence;
    item.deadline = now + patience;
    item.sink = of.player;
    return item;
  }
};

}  // namespace keel::test
