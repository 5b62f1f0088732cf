#include "ops/supervision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "ops/log.hpp"

namespace keel::ops {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

class Supervision : public testing::Test {
 protected:
  Supervision() {
    log::Options quiet;
    quiet.sink = [this](log::Level, std::string_view line) { lines.emplace_back(line); };
    log::configure(quiet);
  }
  ~Supervision() override { log::configure({}); }

  SupervisionRegistry::Options options() {
    SupervisionRegistry::Options options;
    options.history = 100;
    options.max_troubled = 2;
    options.max_cause_bytes = 16;
    options.clock = [this] { return now; };
    return options;
  }

  NodeId child(NodeId parent, std::string name, int max_restarts = 0, milliseconds window = {}) {
    return registry.started({parent, std::move(name), NodeKind::worker, Strategy::none, max_restarts, window});
  }

  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto& event : registry.history(0, 1000))
      all.push_back(std::string(name_of(event.happening)) + " " + event.path);
    return all;
  }

  Timestamp now{seconds(1'000'000)};
  Metrics metrics;
  SupervisionRegistry registry{options(), metrics};
  NodeId root = registry.started({0, "command", NodeKind::supervisor, Strategy::one_for_all, 3, seconds(60)});
  std::vector<std::string> lines;
};

TEST_F(Supervision, ShowsWhoSupervisesWhom) {
  const NodeId cart = registry.started({root, "cart", NodeKind::supervisor, Strategy::one_for_one, 5, seconds(30)});
  child(cart, "lane 0");
  child(cart, "lane 1");
  const auto roots = registry.children(0, 10);
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(roots[0].spec.name, "command");
  EXPECT_EQ(roots[0].children, 1u);
  const auto lanes = registry.children(cart, 10);
  ASSERT_EQ(lanes.size(), 2u);
  EXPECT_EQ(lanes[1].spec.name, "lane 1");
  EXPECT_EQ(lanes[1].spec.parent, cart);
  EXPECT_EQ(registry.node(cart)->spec.strategy, Strategy::one_for_one);
  EXPECT_THAT(told(), ElementsAre("started command", "started command/cart", "started command/cart/lane 0",
                                  "started command/cart/lane 1"));
}

TEST_F(Supervision, RemembersEachStepOfALifeWithCauseAndTime) {
  const NodeId writer = child(root, "writer");
  now += seconds(1);
  registry.crashed(writer, "no connection");
  EXPECT_EQ(registry.node(writer)->state, NodeState::crashed);
  registry.backing_off(writer, milliseconds(250));
  EXPECT_EQ(registry.node(writer)->state, NodeState::backing_off);
  now += seconds(1);
  registry.restarted(writer);
  registry.stopped(writer, "asked to");
  const auto history = registry.history(2, 10);
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(history[0].happening, Happening::crashed);
  EXPECT_EQ(history[0].cause, "no connection");
  EXPECT_EQ(history[0].at, Timestamp(seconds(1'000'001)));
  EXPECT_EQ(history[1].delay, milliseconds(250));
  EXPECT_EQ(history[2].happening, Happening::restarted);
  EXPECT_EQ(history[3].cause, "asked to");
  EXPECT_EQ(registry.node(writer)->since, Timestamp(seconds(1'000'002)));
  EXPECT_EQ(registry.node(writer)->restarts, 1u);
}

TEST_F(Supervision, CountsRestartsInTheirWindow) {
  const NodeId worker = child(root, "w", 3, seconds(10));
  for (int i = 0; i < 3; ++i) {
    registry.crashed(worker, "x");
    registry.restarted(worker);
    now += seconds(4);
  }
  EXPECT_EQ(registry.node(worker)->restarts, 3u);
  EXPECT_EQ(registry.node(worker)->restarts_in_window, 2);
  now += seconds(60);
  EXPECT_EQ(registry.node(worker)->restarts_in_window, 0);
}

TEST_F(Supervision, StopsWhatIsBelowAStoppedSupervisor) {
  const NodeId cart = registry.started({root, "cart", NodeKind::supervisor, Strategy::one_for_one, 0, {}});
  const NodeId lane = child(cart, "lane 0");
  registry.stopped(cart, "drained");
  EXPECT_EQ(registry.node(lane)->state, NodeState::stopped);
  EXPECT_EQ(registry.node(lane)->last_cause, "its supervisor s");
  EXPECT_EQ(registry.node(root)->state, NodeState::running);
}

TEST_F(Supervision, TellsTheLogOfCrashesEscalationsAndQuarantines) {
  const NodeId worker = child(root, "w");
  registry.crashed(worker, "boom");
  registry.escalated(root, "too often");
  registry.quarantined(worker, "bad bytes");
  registry.restarted(worker);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], testing::HasSubstr(R"("level":"warn","msg":"crashed","logger":"supervision")"));
  EXPECT_THAT(lines[0], testing::HasSubstr(R"("actor":"command/w","kind":"worker","err.reason":"boom")"));
  EXPECT_THAT(lines[1], testing::HasSubstr(R"("level":"error")"));
}

TEST_F(Supervision, CountsForPrometheus) {
  const NodeId worker = child(root, "w");
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "worker"}}).value(), 1);
  registry.crashed(worker, "x");
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "worker"}}).value(), 0);
  registry.restarted(worker);
  registry.escalated(root, "x");
  EXPECT_EQ(metrics.counter("keel_actor_failures_total", "", {{"kind", "worker"}}).value(), 1u);
  EXPECT_EQ(metrics.counter("keel_actor_restarts_total", "", {{"kind", "worker"}}).value(), 1u);
  EXPECT_EQ(metrics.counter("keel_supervisor_escalations_total", "").value(), 1u);
  registry.removed(root);
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "worker"}}).value(), 0);
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "supervisor"}}).value(), 0);
}

TEST_F(Supervision, CountsAggregatesByGroupAndShowsNoneThatIsWell) {
  const auto group = registry.started_group(root, "aggregates");
  for (int i = 0; i < 1000; ++i) group->activated();
  group->passivated();
  EXPECT_EQ(registry.node(group->node())->aggregates, 999);
  EXPECT_EQ(registry.children(group->node(), 10).size(), 0u);
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "aggregate"}}).value(), 999);
}

TEST_F(Supervision, ForgetsTheCountOfAGroupThatIsGone) {
  auto group = registry.started_group(root, "aggregates");
  group->activated();
  registry.removed(group->node());
  group.reset();
  EXPECT_EQ(metrics.gauge("keel_actors", "", {{"kind", "aggregate"}}).value(), 0);
}

TEST_F(Supervision, ShowsAnAggregateOnlyWhileItIsInTrouble) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  registry.aggregate_crashed(group, "Cart c-1", "KE003");
  registry.aggregate_restarted(group, "Cart c-1");
  const auto shown = registry.children(group, 10);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].spec.name, "Cart c-1");
  EXPECT_EQ(shown[0].spec.kind, NodeKind::aggregate);
  EXPECT_EQ(shown[0].restarts, 1u);
  EXPECT_EQ(registry.node(group)->troubled, 1);
  registry.aggregate_recovered(group, "Cart c-1");
  EXPECT_TRUE(registry.children(group, 10).empty());
  EXPECT_EQ(registry.node(group)->troubled, 0);
}

TEST_F(Supervision, TellsHowLongACrashedAggregateBacksOff) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  registry.aggregate_crashed(group, "Cart c-1", "KE003");
  registry.aggregate_backing_off(group, "Cart c-1", milliseconds(250));
  EXPECT_EQ(registry.children(group, 10).at(0).state, NodeState::backing_off);
  const auto line = registry.history(registry.last_sequence() - 1, 1).at(0);
  EXPECT_EQ(line.happening, Happening::backing_off);
  EXPECT_EQ(line.path, "command/aggregates/Cart c-1");
  EXPECT_EQ(line.cause, "KE003");
  EXPECT_EQ(line.delay, milliseconds(250));
  registry.aggregate_restarted(group, "Cart c-1");
  EXPECT_EQ(registry.children(group, 10).at(0).state, NodeState::running);
}

TEST_F(Supervision, TellsHowLongAnAggregateThatIsNotShownBacksOff) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  for (const auto* name : {"Cart 1", "Cart 2", "Cart 3"}) registry.aggregate_crashed(group, name, "x");
  registry.aggregate_backing_off(group, "Cart 3", milliseconds(50));
  EXPECT_EQ(told().back(), "backing_off command/aggregates/Cart 3");
  EXPECT_EQ(registry.history(registry.last_sequence() - 1, 1).at(0).delay, milliseconds(50));
}

TEST_F(Supervision, ShowsAtMostSoManyTroubledAggregatesAndCountsTheRest) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  for (int i = 0; i < 5; ++i) registry.aggregate_crashed(group, "Cart " + std::to_string(i), "x");
  EXPECT_EQ(registry.children(group, 10).size(), 2u);
  EXPECT_EQ(registry.node(group)->troubled, 5);
  for (int i = 0; i < 5; ++i) registry.aggregate_recovered(group, "Cart " + std::to_string(i));
  EXPECT_EQ(registry.node(group)->troubled, 0);
  EXPECT_EQ(told().back(), "recovered command/aggregates/Cart 4");
}

TEST_F(Supervision, AlwaysShowsQuarantinedAggregates) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  for (int i = 0; i < 3; ++i) registry.aggregate_crashed(group, "Cart " + std::to_string(i), "x");
  registry.aggregate_quarantined(group, "Cart 2", "does not decode");
  EXPECT_EQ(registry.children(group, 10).size(), 3u);
  EXPECT_EQ(registry.children(group, 10)[2].state, NodeState::quarantined);
  EXPECT_EQ(registry.node(group)->troubled, 3);
  EXPECT_EQ(metrics.gauge("keel_aggregates_quarantined", "").value(), 1);
  registry.aggregate_recovered(group, "Cart 2");
  EXPECT_EQ(metrics.gauge("keel_aggregates_quarantined", "").value(), 0);
}

TEST_F(Supervision, KeepsABoundedHistoryWithoutLosingCount) {
  const NodeId worker = child(root, "w");
  for (int i = 0; i < 300; ++i) registry.crashed(worker, "x");
  const auto history = registry.history(0, 1000);
  EXPECT_EQ(history.size(), 100u);
  EXPECT_EQ(history.front().sequence, 203u);
  EXPECT_EQ(history.back().sequence, 302u);
  EXPECT_EQ(registry.last_sequence(), 302u);
  EXPECT_EQ(registry.history(300, 1000).size(), 2u);
  EXPECT_EQ(registry.history(302, 1000).size(), 0u);
  EXPECT_EQ(registry.history(250, 3).size(), 3u);
}

TEST_F(Supervision, KeepsCausesShortAndClean) {
  const NodeId worker = child(root, "w");
  registry.crashed(worker, "0123456789abcdefghij");
  EXPECT_EQ(registry.node(worker)->last_cause, "0123456789abcdef");
  registry.crashed(worker, "a\xFF");
  EXPECT_EQ(registry.node(worker)->last_cause, "a\\xff");
}

TEST_F(Supervision, IgnoresNoticesAboutTheForgotten) {
  const NodeId worker = child(root, "w");
  registry.removed(worker);
  const auto before = registry.last_sequence();
  registry.crashed(worker, "late");
  registry.restarted(worker);
  registry.stopped(99, "never was");
  registry.aggregate_crashed(99, "Cart x", "never was");
  registry.aggregate_backing_off(99, "Cart x", milliseconds(50));
  registry.removed(worker);
  EXPECT_EQ(registry.last_sequence(), before);
  EXPECT_FALSE(registry.node(worker));
  EXPECT_TRUE(registry.children(99, 10).empty());
}

TEST_F(Supervision, PagesChildrenInTheOrderOfTheirStart) {
  for (int i = 0; i < 5; ++i) child(root, "w" + std::to_string(i));
  const auto first = registry.children(root, 2);
  const auto second = registry.children(root, 2, first.back().id);
  EXPECT_EQ(first[1].spec.name, "w1");
  EXPECT_EQ(second[0].spec.name, "w2");
}

/// Reads on whenever the history has grown, as a stream does.
class Reader : public HistoryListener {
 public:
  explicit Reader(SupervisionRegistry& registry) : registry_(registry) {}
  void history_grew() noexcept override {
    for (const auto& event : registry_.history(read_, 1000)) {
      read_ = event.sequence;
      paths.push_back(event.path);
    }
    ++told;
  }
  std::vector<std::string> paths;
  int told = 0;

 private:
  SupervisionRegistry& registry_;
  std::uint64_t read_ = 0;
};

TEST_F(Supervision, ListenersHearOfEachEventAndMayReadInTheirCall) {
  const auto reader = std::make_shared<Reader>(registry);
  registry.listen(reader);
  child(root, "a");
  registry.crashed(child(root, "b"), "x");
  EXPECT_THAT(reader->paths, ElementsAre("command", "command/a", "command/b", "command/b"));
  EXPECT_EQ(reader->told, 3);
}

TEST_F(Supervision, AListenerThatIsGoneIsNotTold) {
  auto reader = std::make_shared<Reader>(registry);
  const auto other = std::make_shared<Reader>(registry);
  registry.listen(reader);
  registry.listen(other);
  reader.reset();
  child(root, "a");
  EXPECT_EQ(other->told, 1);
}

TEST_F(Supervision, NobodyHearsOfAggregatesThatLiveAndPassAwayInPeace) {
  const auto group = registry.started_group(root, "aggregates");
  const auto reader = std::make_shared<Reader>(registry);
  registry.listen(reader);
  group->activated();
  group->passivated();
  registry.aggregate_recovered(group->node(), "Cart never-in-trouble");
  EXPECT_EQ(reader->told, 0);
}

TEST_F(Supervision, ShowsANodeWithItsPathAndItsOwnLines) {
  const NodeId worker = child(root, "w");
  child(root, "other");
  registry.crashed(worker, "boom");
  const auto detail = registry.detail(worker, 10);
  ASSERT_TRUE(detail);
  EXPECT_EQ(detail->path, "command/w");
  ASSERT_EQ(detail->history.size(), 2u);
  EXPECT_EQ(detail->history[1].cause, "boom");
  EXPECT_EQ(registry.detail(worker, 1)->history.at(0).happening, Happening::crashed) << "the latest";
  EXPECT_FALSE(registry.detail(99, 10));
}

TEST_F(Supervision, ShowsAnAggregateByNameWhetherItIsANodeOrNot) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  registry.aggregate_stopped(group, "Cart c-1", "asked to");
  const auto hidden = registry.detail(group, "Cart c-1", 10);
  ASSERT_TRUE(hidden);
  EXPECT_EQ(hidden->node.id, 0u);
  EXPECT_EQ(hidden->node.spec.parent, group);
  EXPECT_EQ(hidden->path, "command/aggregates/Cart c-1");
  EXPECT_EQ(hidden->history.at(0).cause, "asked to");
  registry.aggregate_crashed(group, "Cart c-1", "x");
  EXPECT_NE(registry.detail(group, "Cart c-1", 10)->node.id, 0u);
  EXPECT_FALSE(registry.detail(99, "Cart c-1", 10));
}

TEST_F(Supervision, AnAggregateThatNeedNotWaitForAPersonIsShownAsStopped) {
  const NodeId group = registry.started_group(root, "aggregates")->node();
  registry.aggregate_quarantined(group, "Cart c-1", "bytes");
  registry.aggregate_stopped(group, "Cart c-1", "lifted");
  ASSERT_EQ(registry.children(group, 10).size(), 1u);
  EXPECT_EQ(registry.children(group, 10)[0].state, NodeState::stopped);
  EXPECT_EQ(metrics.gauge("keel_aggregates_quarantined", "").value(), 0);
  registry.aggregate_recovered(group, "Cart c-1");
  EXPECT_EQ(registry.node(group)->troubled, 0);
}

TEST_F(Supervision, KnowsTheLineageOfANode) {
  const NodeId cart = registry.started({root, "cart", NodeKind::supervisor, Strategy::one_for_one, 0, {}});
  const auto lineage = registry.lineage(child(cart, "w"));
  ASSERT_EQ(lineage.size(), 3u);
  EXPECT_EQ(lineage[0].id, root);
  EXPECT_EQ(lineage[1].spec.name, "cart");
  EXPECT_EQ(lineage[2].spec.name, "w");
  EXPECT_TRUE(registry.lineage(99).empty());
}

TEST_F(Supervision, ARestartSaysWhoAskedForIt) {
  const NodeId worker = child(root, "w");
  registry.restarted(worker, "asked to");
  EXPECT_EQ(registry.history(2, 10).at(0).cause, "asked to");
}

TEST_F(Supervision, LosesNothingWhenManyThreadsTell) {
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([this, thread] {
        const NodeId node = child(root, std::to_string(thread));
        for (int i = 0; i < 500; ++i) registry.restarted(node);
      });
    }
  }
  EXPECT_EQ(registry.last_sequence(), 1u + 4 * 501);
  EXPECT_EQ(metrics.counter("keel_actor_restarts_total", "", {{"kind", "worker"}}).value(), 2000u);
}

}  // namespace
}  // namespace keel::ops
