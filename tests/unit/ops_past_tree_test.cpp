#include "ops/past_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace keel::ops {
namespace {

PastNode node(NodeId id, NodeId parent, std::string path, NodeState state = NodeState::running) {
  PastNode made;
  made.id = id;
  made.parent = parent;
  made.path = std::move(path);
  made.state = state;
  return made;
}

std::string names(const std::vector<PastNode>& tree) {
  std::string all;
  for (const auto& each : tree) all += each.name + ";";
  return all;
}

TEST(PastTree, ShowsSupervisorsBeforeTheirChildren) {
  EXPECT_EQ(names(past_tree({node(3, 2, "command/cart/lane 1"), node(2, 1, "command/cart"), node(1, 0, "command")})),
            "command;cart;lane 1;");
}

TEST(PastTree, TellsNamesThatHoldSlashes) {
  const auto tree = past_tree({node(1, 0, "command"), node(2, 1, "command/Cart a/b")});
  EXPECT_EQ(tree.at(1).name, "Cart a/b");
}

TEST(PastTree, LeavesOutTheChildrenOfWhatHasStopped) {
  EXPECT_EQ(names(past_tree({node(1, 0, "command"), node(2, 1, "command/cart", NodeState::stopped),
                             node(3, 2, "command/cart/lane 1", NodeState::stopped)})),
            "command;cart;");
}

TEST(PastTree, LeavesOutTheChildrenOfAnEarlierSupervisorOfTheSameName) {
  EXPECT_EQ(
      names(past_tree({node(1, 0, "command"), node(9, 1, "command/cart"),
                       node(3, 2, "command/cart/lane 1", NodeState::stopped), node(10, 9, "command/cart/lane 2")})),
      "command;cart;lane 2;");
}

TEST(PastTree, LeavesOutWhatHasNoSupervisorLeft) {
  EXPECT_EQ(names(past_tree({node(1, 0, "command"), node(4, 3, "command/cart/lane 1"),
                             node(5, 4, "command/cart/lane 1/aggregates")})),
            "command;");
}

TEST(PastTree, ShowsWhatStoppedByItself) {
  EXPECT_EQ(names(past_tree({node(1, 0, "command"), node(2, 1, "command/timers", NodeState::stopped)})),
            "command;timers;");
}

}  // namespace
}  // namespace keel::ops
