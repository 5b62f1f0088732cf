#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/live_aggregate.hpp"
#include "support/counter_calls.hpp"

namespace keel::actors {

/// One aggregate, with a writer that confirms when the test says so.
class LiveAggregateTest : public ::testing::Test, protected LiveAggregate::Surroundings {
 protected:
  using Drop = journal::Drop;
  using Outcome = journal::Outcome;
  using Heard = test::Heard;
  using Move = test::Move;
  using milliseconds = std::chrono::milliseconds;
  using seconds = std::chrono::seconds;
  using Answers = std::vector<std::string>;

  LiveAggregateTest() { born(0); }

  /// A life that was loaded now, at this version and value.
  void born(std::int64_t version, std::int64_t value = 0, std::size_t until_snapshot = 0) {
    auto state = std::make_unique<testing::v1::CounterState>();
    state->set_value(value);
    live.emplace(domain::kind_of<testing::Counter>(), "a", Lane{3}, 1,
                 Restored{std::move(state), Version{version}, Version{version}, now, {}, until_snapshot}, options,
                 static_cast<LiveAggregate::Surroundings&>(*this));
    now += seconds(10);  // so that fresh ids are young
  }

  std::shared_ptr<Heard> send(const Move& move) {
    auto heard = std::make_shared<Heard>();
    live->take(std::make_unique<PendingCall>(call_of(move, now, heard), Ticket{}));
    return heard;
  }

  /// The writer confirms the next item.
  void confirm() {
    const auto item = std::move(written.front());
    written.pop_front();
    std::vector<Outcome> outcomes(1);
    outcomes[0].sequence = item.sequence;
    outcomes[0].position = Position{++position};
    outcomes[0].kind = item.entry() != nullptr ? Outcome::Kind::stored : Outcome::Kind::stands;
    if (item.entry() != nullptr) outcomes[0].version = item.entry()->version_after();
    live->confirmed(outcomes, false);
  }
  /// The writer drops all that it has.
  void drop(Drop why) {
    std::vector<Outcome> outcomes;
    for (const auto& item : written) {
      outcomes.push_back({item.sequence, Outcome::Kind::dropped, why, {}, {}, nullptr});
    }
    written.clear();
    live->confirmed(outcomes, true);
  }
  /// The writer finds a receipt for the next item, and takes nothing more.
  void find_receipt(Outcome::Kind kind, const journal::Receipt& receipt) {
    std::vector<Outcome> outcomes(1);
    outcomes[0].sequence = written.front().sequence;
    outcomes[0].kind = kind;
    outcomes[0].receipt = std::make_unique<journal::Receipt>(receipt);
    const bool ended = written.front().entry() != nullptr;
    written.pop_front();
    live->confirmed(outcomes, ended);
  }
  /// The journal answers every look-up so far.
  void answer_look_ups(const std::vector<journal::Receipt>& known = {}) {
    std::vector<LookedUp> found;
    for (const auto& id : std::exchange(asked, {})) {
      found.push_back({id, true, nullptr});
      for (const auto& receipt : known) {
        if (receipt.request_id == id) found.back().receipt = std::make_unique<journal::Receipt>(receipt);
      }
    }
    live->looked_up(found);
  }

  static journal::Receipt receipt_of(const Move& move, std::int64_t version, std::int64_t value) {
    testing::v1::MoveCounterResponse reply;
    reply.set_value(value);
    return {Lane{3},        *move.request_id, move.caller, {"Counter", "a"},
            print_of(move), Version{version}, Position{9}, reply.SerializeAsString()};
  }

  void write(journal::Item item) override { written.push_back(std::move(item)); }
  void look_up(const Uuid& id) override { asked.push_back(id); }
  void hand_back(std::unique_ptr<PendingCall> call) override { handed_back.push_back(std::move(call)); }
  std::shared_ptr<journal::Sink> sink() override {
    ++sinks_named;
    return nullptr;
  }

  Timestamp now{seconds(1'000'000)};
  LiveOptions options{.max_in_flight = 4,
                      .snapshot_every = 3,
                      .snapshot_at_rest_after = 2,
                      .remember_ids_for = milliseconds(3000),
                      .clock = [this] { return now; }};
  std::deque<journal::Item> written;
  std::vector<Uuid> asked;
  std::vector<std::unique_ptr<PendingCall>> handed_back;
  int sinks_named = 0;
  std::int64_t position = 0;
  std::optional<LiveAggregate> live;
};

}  // namespace keel::actors
