#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "actors/doorbell.hpp"
#include "actors/round_pace.hpp"
#include "journal/in_memory_journal.hpp"
#include "ops/log.hpp"
#include "support/hooked_journal.hpp"
#include "support/operator_desk.hpp"
#include "support/running.hpp"
#include "support/running_engine.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Stage = actors::EngineState::Stage;
using Lost = journal::InMemoryStore::Lost;

/// The engine on its real threads: schedulers, writer, loaders, owner.
class ActorsThreads : public ::testing::TestWithParam<actors::EngineOptions::Scheduling> {
 protected:
  ActorsThreads() {
    log::Options quiet;
    quiet.level = log::Level::off;
    log::configure(quiet);
    options.scheduling = GetParam();
    options.ownership.beat = milliseconds(20);
    options.writer.first_pause = milliseconds(1);
  }

  actors::EngineOptions options;
  std::shared_ptr<journal::InMemoryStore> store = journal::InMemoryStore::make({{"testing"}, 4, system_now});
};

TEST_P(ActorsThreads, ManyCommandsOnManyAggregatesAreEachStoredOnce) {
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  running.insist(moves_over(500, 4000));
  EXPECT_TRUE(running.engine().stop());
  expect_each_move_once(store->events("testing"), 4000);
}

TEST_P(ActorsThreads, ManyCommandsOnOneAggregateAreEachStoredOnce) {
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  running.insist(moves_over(1, 4000));
  EXPECT_TRUE(running.engine().stop());
  expect_each_move_once(store->events("testing"), 4000);
}

TEST_P(ActorsThreads, UnderLoadTheAppendsOfAContextBeginAStrideApart) {
  options.rounds_apart = milliseconds(20);
  std::atomic<int> busy = 0;
  auto hooks = std::make_shared<JournalHooks>();
  hooks->sees = [&](const journal::Batch& batch) {
    if (batch.entries.size() >= actors::RoundPace::few) ++busy;
  };
  RunningEngine running(hooked(store->opener(), hooks), 4, options);
  ASSERT_TRUE(running.owns());
  const auto start = std::chrono::steady_clock::now();
  std::size_t moved = 0;
  for (; busy < 4; moved += 100) running.insist(moves_over(100, 100));
  EXPECT_GE(std::chrono::steady_clock::now() - start, (busy - 1) * options.rounds_apart);
  EXPECT_TRUE(running.engine().stop());
  expect_each_move_once(store->events("testing"), moved);
}

TEST_P(ActorsThreads, WhoCallsAloneWaitsForNoStride) {
  options.rounds_apart = std::chrono::minutes(1);
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  for (int call = 0; call < 10; ++call) {
    const auto heard = running.send(moves_over(1, 1).front());
    ASSERT_TRUE(heard->wait());
    ASSERT_TRUE(std::holds_alternative<actors::Accepted>(*heard->answer())) << heard->text();
  }
  EXPECT_TRUE(running.engine().stop());
}

TEST_P(ActorsThreads, WhateverBecomesOfAppendsEachCommandIsStoredOnce) {
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  std::atomic<bool> done = false;
  std::thread trouble([&] {
    const Lost kinds[] = {Lost::stored, Lost::nothing_stored, Lost::stored_later};
    for (std::size_t i = 0; !done; ++i) {
      const auto appended = store->append_count();
      store->lose_next_answer(kinds[i % 3]);
      holds_soon([&] { return done || store->append_count() > appended + 2; });
    }
  });
  for (int round = 0; round < 5; ++round) running.insist(moves_over(20, 600));
  done = true;
  trouble.join();
  running.destroy();
  expect_each_move_once(store->events("testing"), 3000);
}

TEST_P(ActorsThreads, AggregatesThatComeAndGoUnderLoadLoseNothing) {
  options.max_aggregates_per_context = 16;
  options.snapshot_every = 7;
  options.snapshot_at_rest_after = 1;
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  for (int round = 0; round < 5; ++round) running.insist(moves_over(200, 1000));
  EXPECT_TRUE(running.engine().stop());
  expect_each_move_once(store->events("testing"), 5000);
}

TEST_P(ActorsThreads, TwoEnginesThatTakeTheLanesFromOneAnotherStoreEachCommandOnce) {
  auto first = std::make_unique<RunningEngine>(store->opener(), 4, options);
  ASSERT_TRUE(first->owns());
  first->insist(moves_over(20, 500));
  auto forced = options;
  forced.ownership.forced = true;
  RunningEngine second(store->opener(), 4, forced, {}, "rival");
  ASSERT_TRUE(second.owns());
  std::vector<std::shared_ptr<Heard>> stale;
  for (const auto& move : moves_over(20, 100)) stale.push_back(first->send(move));
  second.insist(moves_over(20, 500));
  for (const auto& heard : stale) {
    ASSERT_TRUE(heard->wait());
    EXPECT_TRUE(std::holds_alternative<actors::Trouble>(*heard->answer())) << heard->text();
  }
  EXPECT_TRUE(second.engine().stop());
  EXPECT_TRUE(first->owns()) << "the first takes the lanes again when they are free";
  first->insist(moves_over(20, 500));
  first.reset();
  expect_each_move_once(store->events("testing"), 1500);
}

TEST_P(ActorsThreads, AStopUnderLoadAnswersEverybodyAndKeepsWhatItAcknowledged) {
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  std::vector<std::shared_ptr<Heard>> heard;
  std::thread client([&] {
    for (const auto& move : moves_over(50, 5000)) heard.push_back(running.send(move));
  });
  EXPECT_TRUE(running.engine().stop());
  client.join();
  std::size_t accepted = 0;
  for (const auto& one : heard) {
    ASSERT_TRUE(one->wait());
    if (std::holds_alternative<actors::Accepted>(*one->answer())) ++accepted;
  }
  expect_each_move_once(store->events("testing"), accepted);
}

TEST_P(ActorsThreads, DestroyedUnderLoadItNeitherHangsNorLeavesACallUnanswered) {
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  std::vector<std::shared_ptr<Heard>> heard;
  for (const auto& move : moves_over(50, 3000)) heard.push_back(running.send(move));
  running.destroy();
  for (const auto& one : heard) EXPECT_EQ(one->times(), 1);
}

/// Waits for rings, like a publisher.
class Listening : public actors::Runner {
 public:
  Listening(std::atomic<int>& rings, std::atomic<int>& alive) : rings_(rings), alive_(alive) { ++alive_; }
  ~Listening() override { --alive_; }
  Result<Done> run() override {
    while (!bell_.stopped()) {
      bell_.wait_until(std::chrono::steady_clock::now() + std::chrono::hours(1));
      ++rings_;
    }
    return Done{};
  }
  void stop() override { bell_.stop(); }
  void wake() override { bell_.ring(); }

 private:
  actors::Doorbell bell_;
  std::atomic<int>& rings_;
  std::atomic<int>& alive_;
};

TEST_P(ActorsThreads, AHostedServiceIsWokenByWhatIsStoredAndStoppedWithTheLanes) {
  std::atomic<int> rings = 0;
  std::atomic<int> alive = 0;
  std::shared_ptr<actors::HeldLanes> held;
  std::mutex mutex;
  RunningEngine running(store->opener(), 4, options,
                        {{"publisher", "testing", [&](const actors::LanesByContext& lanes) {
                            const std::lock_guard lock(mutex);
                            held = lanes.at("testing");
                            return std::make_unique<Listening>(rings, alive);
                          }}});
  ASSERT_TRUE(running.owns());
  ASSERT_TRUE(holds_soon([&] { return alive == 1; }));
  running.insist(moves_over(1, 1));
  EXPECT_TRUE(holds_soon([&] { return rings > 0; }));
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(held->last(lane_of("Counter", "c0", 4)), Position{1});
    EXPECT_TRUE(held->held());
  }
  EXPECT_TRUE(running.engine().stop());
  EXPECT_TRUE(holds_soon([&] { return alive == 0; }));
  EXPECT_FALSE(held->held());
}

TEST_P(ActorsThreads, AServiceIsStoppedAndMadeAnewAtAnOperatorsWordAndAfterACrash) {
  std::atomic<int> rings = 0;
  std::atomic<int> alive = 0;
  std::atomic<int> made = 0;
  RunningEngine running(store->opener(), 4, options, {{"publisher", "testing", [&](const actors::LanesByContext&) {
                                                         ++made;
                                                         return std::make_unique<Listening>(rings, alive);
                                                       }}});
  ASSERT_TRUE(running.owns());
  ASSERT_TRUE(holds_soon([&] { return alive == 1; }));
  const auto& registry = running.registry();
  const auto node = node_at(registry, "command/testing/publisher");
  const auto has_happened = [&](std::uint64_t restarts) {
    return holds_soon([&] { return registry.node(node)->restarts == restarts && alive == 1; });
  };
  int expected = 1;
  for (const auto action : {ops::ActorAction::stop, ops::ActorAction::restart, ops::ActorAction::crash}) {
    const auto heard = order(running.engine(), node, action);
    EXPECT_TRUE(has_happened(static_cast<std::uint64_t>(expected))) << name_of(action);
    EXPECT_EQ(made, ++expected);
    EXPECT_EQ(heard->text(), "taken");
  }
  EXPECT_EQ(registry.node(node)->last_cause, "crashed by an operator: why");
  EXPECT_TRUE(running.engine().stop());
}

TEST_P(ActorsThreads, OperatorsUnderLoadLoseNothingAndAreEachAnsweredOnce) {
  options.aggregates.max_restarts = 0;
  options.aggregates.last_pause = milliseconds(100);
  RunningEngine running(store->opener(), 4, options);
  ASSERT_TRUE(running.owns());
  std::atomic<bool> done = false;
  std::vector<std::shared_ptr<OperatorHeard>> heard;
  std::thread operators([&] {
    const ops::ActorAction actions[] = {ops::ActorAction::restart, ops::ActorAction::stop, ops::ActorAction::crash};
    for (std::size_t i = 0; !done; ++i) {
      const ops::AggregateName name{"testing", "Counter", "c" + std::to_string(i % 20)};
      heard.push_back(order(running.engine(), name, actions[i % 3]));
      heard.push_back(look(running.engine(), name, true));
      const auto lane = node_at(running.registry(), "command/testing/lane " + std::to_string(i % 4));
      if (i % 50 == 0) heard.push_back(order(running.engine(), lane, ops::ActorAction::restart));
      holds_soon([&] { return done || heard.back()->times > 0; });
    }
  });
  for (int round = 0; round < 3; ++round) running.insist(moves_over(20, 600));
  done = true;
  operators.join();
  EXPECT_TRUE(holds_soon([&] { return std::ranges::all_of(heard, [](const auto& one) { return one->times == 1; }); }));
  running.destroy();
  expect_each_move_once(store->events("testing"), 1800);
}

INSTANTIATE_TEST_SUITE_P(Schedulers, ActorsThreads,
                         ::testing::Values(actors::EngineOptions::Scheduling::sharing,
                                           actors::EngineOptions::Scheduling::stealing),
                         [](const auto& scheduling) {
                           return scheduling.param == actors::EngineOptions::Scheduling::sharing ? "sharing"
                                                                                                 : "stealing";
                         });

}  // namespace
}  // namespace keel::test
