#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ops/actor_control.hpp"

namespace keel::test {

/// What an operator was told. The answer is there once `times` is not 0.
struct OperatorHeard {
  std::optional<ops::ActorDescription> description;
  std::optional<ops::ActorProblem> problem;
  std::atomic<int> times{0};

  /// "taken", "described", "unknown_node", …; "-" when there is no answer.
  std::string text() const {
    if (times == 0) return "-";
    if (!problem) return description ? "described" : "taken";
    switch (problem->kind) {
      case ops::ActorProblem::Kind::unknown_node:
        return "unknown_node";
      case ops::ActorProblem::Kind::not_in_memory:
        return "not_in_memory";
      case ops::ActorProblem::Kind::not_possible:
        return "not_possible";
      case ops::ActorProblem::Kind::unavailable:
        break;
    }
    return "unavailable";
  }
  /// "restart stop crash" …
  std::string possible() const {
    std::string words;
    for (const auto action : description ? description->possible : std::vector<ops::ActorAction>{}) {
      words += (words.empty() ? "" : " ") + std::string(name_of(action));
    }
    return words;
  }
};

inline std::shared_ptr<OperatorHeard> order(ops::ActorControl& control, const ops::ActorTarget& target,
                                            ops::ActorAction action) {
  auto heard = std::make_shared<OperatorHeard>();
  control.control(target, {action, "why"}, [heard](const std::optional<ops::ActorProblem>& problem) {
    heard->problem = problem;
    ++heard->times;
  });
  return heard;
}

inline std::shared_ptr<OperatorHeard> look(ops::ActorControl& control, const ops::ActorTarget& target,
                                           bool with_state = false) {
  auto heard = std::make_shared<OperatorHeard>();
  control.describe(target, with_state, [heard](const auto& found) {
    if (const auto* description = std::get_if<ops::ActorDescription>(&found)) heard->description = *description;
    if (const auto* problem = std::get_if<ops::ActorProblem>(&found)) heard->problem = *problem;
    ++heard->times;
  });
  return heard;
}

/// The node at this path, such as `command/testing/lane 0`; 0 when there is none.
inline ops::NodeId node_at(const ops::SupervisionRegistry& registry, const std::string& path, ops::NodeId below = 0) {
  const auto slash = path.find('/');
  for (const auto& node : registry.children(below, 1000)) {
    if (node.spec.name != path.substr(0, slash)) continue;
    return slash == std::string::npos ? node.id : node_at(registry, path.substr(slash + 1), node.id);
  }
  return 0;
}

}  // namespace keel::test
