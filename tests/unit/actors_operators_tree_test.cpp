#include <algorithm>

#include "support/operators_world.hpp"

namespace keel::test {
namespace {

using ops::ActorAction;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

/// What operators may ask of lanes, writers, contexts, loaders, the owner, services.
class ActorsOperatorsTree : public OperatorsWorld {
 protected:
  std::string possible(const std::string& path) {
    const auto heard = look_at(node(path));
    EXPECT_EQ(heard->text(), "described") << path;
    return heard->possible();
  }
  std::string lane_of_a() const {
    return "command/testing/lane " + std::to_string(lane_of("Counter", "a", lane_count).value);
  }
  Lines last(std::size_t count, const std::string& of) const {
    const auto all = history(of);
    return {all.end() - static_cast<std::ptrdiff_t>(std::min(count, all.size())), all.end()};
  }
  std::uint64_t failures(const std::string& kind) {
    return static_cast<std::uint64_t>(metrics.counter("keel_actor_failures_total", "", {{"kind", kind}}).value());
  }
};

TEST_F(ActorsOperatorsTree, EachNodeSaysWhatCanBeDoneToIt) {
  start();
  EXPECT_EQ(possible("command"), "restart");
  EXPECT_EQ(possible("command/journal"), "");
  EXPECT_EQ(possible("command/journal/owner"), "restart crash");
  EXPECT_EQ(possible("command/journal/loader 0"), "restart crash");
  EXPECT_EQ(possible("command/testing"), "restart crash");
  EXPECT_EQ(possible("command/testing/writer"), "restart crash");
  EXPECT_EQ(possible("command/testing/lane 0"), "restart crash");
  EXPECT_EQ(possible("command/testing/lane 0/aggregates"), "");
  EXPECT_EQ(ordered(node("command/testing/lane 0"), ActorAction::stop), "not_possible");
  EXPECT_EQ(ordered(node("command/testing/lane 0"), ActorAction::lift_quarantine), "not_possible");
}

TEST_F(ActorsOperatorsTree, ARestartedLaneTakesCallsAtOnceAndCountsNoFailure) {
  start();
  told({.id = "a", .amount = 5});
  EXPECT_EQ(ordered(node(lane_of_a()), ActorAction::restart), "taken");
  EXPECT_EQ(in_memory(), 0);
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  EXPECT_EQ(registry.node(node(lane_of_a()))->state, ops::NodeState::running);
  EXPECT_EQ(registry.node(node(lane_of_a() + "/aggregates"))->state, ops::NodeState::running);
  EXPECT_EQ(failures("supervisor"), 0U);
  EXPECT_EQ(last(1, lane_of_a()), (Lines{"restarted: restarted by an operator: why"}));
}

TEST_F(ActorsOperatorsTree, ARestartedLaneAnswersWhatIsInFlightAndKeepsWhatWaits) {
  start();
  told({.id = "a"});
  hold_appends();
  const auto in_flight = ask({.id = "a", .patience = seconds(60)});
  EXPECT_EQ(ordered(node(lane_of_a()), ActorAction::restart), "taken");
  EXPECT_EQ(in_flight->text(), "restarted");
  const auto away = [](auto, const auto&) -> Result<std::vector<journal::Loaded>> {
    return Fault{{}, "the journal is away"};
  };
  const auto through = std::exchange(loading->load, away);
  const auto waiting = ask({.id = "a", .patience = seconds(60)});
  EXPECT_EQ(ordered(node(lane_of_a()), ActorAction::restart), "taken");
  EXPECT_EQ(waiting->text(), "-");
  loading->load = through;
  let_appends_go();
  pass(seconds(8));
  EXPECT_TRUE(waiting->text().starts_with("accepted")) << waiting->text();
}

TEST_F(ActorsOperatorsTree, ALaneIsRestartedAsOftenAsAskedForWithoutEscalating) {
  options.lanes.max_restarts = 1;
  start();
  const Epoch before = store->epoch("testing", Lane{0});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ordered(node("command/testing/lane 0"), ActorAction::restart), "taken");
  EXPECT_EQ(store->epoch("testing", Lane{0}), before);
  EXPECT_EQ(told({.id = "a"}), "accepted 1 =1");
}

TEST_F(ActorsOperatorsTree, ACrashedLaneGoesTheWayOfEveryCrash) {
  start();
  told({.id = "a", .amount = 5});
  EXPECT_EQ(ordered(node(lane_of_a()), ActorAction::crash), "taken");
  EXPECT_EQ(told({.id = "a"}), "not_owner");
  EXPECT_EQ(ordered(node(lane_of_a()), ActorAction::restart), "not_possible") << "it waits for its own restart";
  pass(seconds(2));
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  EXPECT_EQ(last(3, lane_of_a()),
            (Lines{"crashed: crashed by an operator: why", "backing_off: crashed by an operator: why", "restarted"}));
}

TEST_F(ActorsOperatorsTree, AnAggregateOfALaneThatIsDownCannotBeReached) {
  start();
  told({.id = "a"});
  ordered(node(lane_of_a()), ActorAction::crash);
  const auto heard = order(*engine, ops::AggregateName{"testing", "Counter", "a"}, ActorAction::stop);
  run();
  EXPECT_EQ(heard->text(), "unavailable");
}

TEST_F(ActorsOperatorsTree, AnOrderAtAnyMomentOfALanesRestartIsAnsweredOnceAndSoIsTheCall) {
  start();
  for (int moment = 0; moment < 30; ++moment) {
    const std::string id = std::to_string(moment);
    const auto lane = node("command/testing/lane " + std::to_string(lane_of("Counter", id, lane_count).value));
    told({.id = id});
    const auto call = send({.id = id, .patience = seconds(60)});
    const auto of_lane = order(*engine, lane, ActorAction::restart);
    for (int step = 0; step < moment && run_once(); ++step) {
    }
    const auto of_aggregate = order(*engine, ops::AggregateName{"testing", "Counter", id}, ActorAction::stop);
    const auto again = order(*engine, lane, ActorAction::restart);
    pass(seconds(3));
    EXPECT_EQ(of_lane->times, 1) << moment;
    EXPECT_EQ(of_aggregate->times, 1) << moment;
    EXPECT_EQ(again->times, 1) << moment;
    EXPECT_EQ(call->times(), 1) << moment;
    EXPECT_TRUE(told({.id = id}).starts_with("accepted")) << moment;
  }
}

TEST_F(ActorsOperatorsTree, ToRestartTheWriterTheContextOrTheRootTakesTheLanesAnewAndCountsNoFailure) {
  options.contexts.max_restarts = 1;
  start();
  told({.id = "a"});
  for (const auto* path : {"command/testing/writer", "command/testing", "command", "command/testing/writer"}) {
    const Epoch before = store->epoch("testing", Lane{0});
    EXPECT_EQ(ordered(node(path), ActorAction::restart), "taken") << path;
    pass(seconds(3));
    ASSERT_EQ(engine->state().stage, Stage::owning) << path;
    EXPECT_GT(store->epoch("testing", Lane{0}), before) << path;
    EXPECT_TRUE(told({.id = "a"}).starts_with("accepted")) << path;
  }
  EXPECT_EQ(failures("supervisor") + failures("worker"), 0U);
  const auto lines = history("command/testing");
  EXPECT_EQ(std::ranges::count(lines, "stopped: restarted by an operator: why"), 3);
}

TEST_F(ActorsOperatorsTree, AWriterThatIsCrashedEscalates) {
  start();
  told({.id = "a", .amount = 5});
  EXPECT_EQ(ordered(node("command/testing/writer"), ActorAction::crash), "taken");
  pass(seconds(3));
  EXPECT_EQ(engine->state().stage, Stage::owning);
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  const auto lines = history("command/testing");
  EXPECT_EQ(std::ranges::count(lines, "escalated: the writer crashed: crashed by an operator: why"), 1);
}

TEST_F(ActorsOperatorsTree, AContextAnOwnerAndALoaderThatAreCrashedComeBack) {
  start();
  told({.id = "a", .amount = 5});
  for (const auto* path : {"command/testing", "command/journal/owner", "command/journal/loader 0"}) {
    EXPECT_EQ(ordered(node(path), ActorAction::crash), "taken") << path;
    pass(seconds(15));
    EXPECT_EQ(engine->state().stage, Stage::owning) << path;
  }
  EXPECT_EQ(told({.id = "a", .amount = 2}), "accepted 2 =7");
  EXPECT_EQ(last(1, "loader 0"), (Lines{"restarted"}));
}

TEST_F(ActorsOperatorsTree, ANodeOfAnEarlierHoldIsUnknown) {
  start();
  const auto lane = node("command/testing/lane 0");
  ordered(node("command/testing"), ActorAction::restart);
  pass(seconds(3));
  EXPECT_EQ(ordered(lane, ActorAction::restart), "unknown_node");
}

/// A runner that ends at once.
class ShortRunner : public actors::Runner {
 public:
  Result<Done> run() override { return Done{}; }
  void stop() override {}
};

TEST_F(ActorsOperatorsTree, AServiceThatHasEndedCannotBeStopped) {
  services.push_back(
      {"publisher", "testing", [](const actors::LanesByContext&) { return std::make_unique<ShortRunner>(); }});
  start();
  EXPECT_EQ(possible("command/testing/publisher"), "");
  EXPECT_EQ(ordered(node("command/testing/publisher"), ActorAction::stop), "not_possible");
}

}  // namespace
}  // namespace keel::test
