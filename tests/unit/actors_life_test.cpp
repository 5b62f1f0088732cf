#include <algorithm>
#include <numeric>

#include "support/engine_world.hpp"

namespace keel::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Loading, leaving memory, snapshots.
class ActorsLife : public EngineWorld {
 protected:
  std::optional<journal::Snapshot> snapshot(const std::string& id) const {
    return store->snapshot("testing", {"Counter", id});
  }
  static std::int64_t value_of(const journal::Snapshot& snapshot) {
    testing::v1::CounterState state;
    state.ParseFromString(snapshot.state);
    return state.value();
  }
};

TEST_F(ActorsLife, ManyColdAggregatesShareAQuery) {
  options.loaders = 1;
  start();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 100; ++i) heard.push_back(send({.id = std::to_string(i)}));
  run();
  for (const auto& one : heard) EXPECT_EQ(one->text(), "accepted 1 =1");
  EXPECT_EQ(std::accumulate(loads.begin(), loads.end(), std::size_t{0}), 100U);
  EXPECT_LT(loads.size(), 20U);
}

TEST_F(ActorsLife, AQueryNeverAsksForMoreThanItsCap) {
  options.loaders = 1;
  options.loads_per_query = 8;
  start();
  for (int i = 0; i < 100; ++i) send({.id = std::to_string(i)});
  run();
  EXPECT_LE(*std::max_element(loads.begin(), loads.end()), 8U);
}

TEST_F(ActorsLife, ALongHistoryIsReadPieceByPiece) {
  options.snapshot_every = 1'000'000;
  options.snapshot_at_rest_after = 1'000'000;
  options.events_per_load = 10;
  start();
  for (int i = 0; i < 35; ++i) told({.id = "a"});
  engine.reset();
  start();
  EXPECT_EQ(told({.id = "a"}), "accepted 36 =36");
}

TEST_F(ActorsLife, AnIdleAggregateLeavesMemoryAndComesBackAsItWas) {
  options.passivate_after = seconds(3);
  start();
  told({.id = "a", .amount = 5});
  EXPECT_EQ(in_memory(), 1);
  pass(seconds(6));
  EXPECT_EQ(in_memory(), 0);
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
}

TEST_F(ActorsLife, ABusyAggregateStaysInMemory) {
  options.passivate_after = seconds(3);
  start();
  for (int i = 0; i < 8; ++i) {
    told({.id = "a"});
    pass(seconds(1));
  }
  EXPECT_EQ(loads.size(), 1U);
}

TEST_F(ActorsLife, PassivationNeverHappensWithWorkInFlight) {
  options.passivate_after = seconds(3);
  start();
  told({.id = "a"});
  hold_appends();
  const auto in_flight = ask({.id = "a", .amount = 5, .patience = seconds(60)});
  pass(seconds(8));
  EXPECT_EQ(in_memory(), 1);
  EXPECT_EQ(in_flight->text(), "-");
  let_appends_go();
  pass(seconds(2));
  EXPECT_EQ(in_flight->text(), "accepted 2 =6");
  EXPECT_EQ(loads.size(), 1U);
}

TEST_F(ActorsLife, ACallThatComesAtAnyMomentOfLeavingIsServed) {
  options.passivate_after = seconds(3);
  options.snapshot_at_rest_after = 1;
  start();
  bool left = false;
  for (int moment = 0; moment < 40; ++moment) {
    const std::string id = "a" + std::to_string(moment);
    told({.id = id, .amount = 5});
    pass(milliseconds(3000), seconds(1));
    now += seconds(1);
    actors::ByHand(*engine).let_pass(seconds(1));
    for (int step = 0; step < moment && run_once(); ++step) {
    }
    const auto loaded = loads.size();
    EXPECT_EQ(told({.id = id, .amount = 2}), "accepted 2 =7") << "at moment " << moment;
    left = left || loads.size() > loaded;
    pass(seconds(6), seconds(1));
  }
  EXPECT_TRUE(left) << "no moment came after the aggregate had left";
}

TEST_F(ActorsLife, BeyondTheCapTheLeastRecentlyUsedLeave) {
  options.max_aggregates_per_context = 8;  // 4 a lane
  start();
  for (int i = 0; i < 40; ++i) told({.id = std::to_string(i)});
  EXPECT_LE(in_memory(), 8);
  const auto loaded = loads.size();
  told({.id = "39"});
  EXPECT_EQ(loads.size(), loaded);
  EXPECT_EQ(told({.id = "0", .amount = 5}), "accepted 2 =6");
  EXPECT_GT(loads.size(), loaded);
}

TEST_F(ActorsLife, ASnapshotIsStoredWithTheVersionThatItIsOf) {
  options.snapshot_every = 5;
  start();
  for (int i = 0; i < 4; ++i) told({.id = "a", .amount = 2});
  EXPECT_FALSE(snapshot("a"));
  send({.id = "a", .amount = 2});
  send({.id = "a", .amount = 2});
  run();
  ASSERT_TRUE(snapshot("a"));
  EXPECT_EQ(snapshot("a")->version, Version{5});
  EXPECT_EQ(value_of(*snapshot("a")), 10);
}

TEST_F(ActorsLife, OnLeavingMemoryADurableStateIsKept) {
  options.passivate_after = seconds(3);
  options.snapshot_at_rest_after = 2;
  start();
  told({.id = "a", .amount = 5});
  told({.id = "a", .amount = 5});
  told({.id = "b", .amount = 5});
  pass(seconds(6));
  EXPECT_EQ(in_memory(), 0);
  ASSERT_TRUE(snapshot("a"));
  EXPECT_EQ(value_of(*snapshot("a")), 10);
  EXPECT_FALSE(snapshot("b"));
  EXPECT_EQ(told({.id = "a"}), "accepted 3 =11");
}

TEST_F(ActorsLife, ALoadThatTheJournalDoesNotAnswerIsTriedAgain) {
  start();
  int failures = 2;
  loading->load = [&](auto, const auto& call) {
    if (failures-- > 0) return Result<std::vector<journal::Loaded>>(Fault{{}, "the server is away"});
    return call();
  };
  const auto patient = ask({.id = "a"});
  EXPECT_EQ(patient->text(), "-");
  pass(seconds(2));
  EXPECT_EQ(patient->text(), "accepted 1 =1");
  EXPECT_TRUE(history("Counter a").empty());
}

TEST_F(ActorsLife, CallsThatWaitForAJournalThatIsAwayAreAnsweredAtTheirDeadline) {
  start();
  loading->load = [&](auto, const auto&) {
    return Result<std::vector<journal::Loaded>>(Fault{{}, "the server is away"});
  };
  const auto heard = ask({.id = "a", .patience = seconds(2)});
  pass(seconds(4));
  EXPECT_EQ(heard->text(), "journal_unavailable");
}

TEST_F(ActorsLife, ALookUpThatFailsWritesNothing) {
  start();
  told({.id = "a"});
  loading->diagnose = [](const auto&) { return Result<journal::Diagnosis>(Fault{{}, "the server is away"}); };
  const Move move{.id = "a", .amount = 5, .request_id = ageless_id()};
  EXPECT_EQ(told(move), "journal_unavailable");
  loading->diagnose = nullptr;
  EXPECT_EQ(told(move), "accepted 2 =6");
}

}  // namespace
}  // namespace keel::test
