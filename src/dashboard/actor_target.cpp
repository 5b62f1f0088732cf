#include "dashboard/actor_target.hpp"

#include <utility>

namespace keel::dashboard {
namespace {

namespace v1 = ops::v1;

constexpr std::pair<std::string_view, v1::ActorAction> words[] = {
    {"restart", v1::ACTOR_ACTION_RESTART},
    {"stop", v1::ACTOR_ACTION_STOP},
    {"crash", v1::ACTOR_ACTION_CRASH},
    {"lift_quarantine", v1::ACTOR_ACTION_LIFT_QUARANTINE},
};

}  // namespace

std::string_view word_of(v1::ActorAction action) {
  for (const auto& [word, known] : words) {
    if (known == action) return word;
  }
  return {};
}

std::optional<v1::ActorAction> parse_action(std::string_view word) {
  for (const auto& [known, action] : words) {
    if (known == word) return action;
  }
  return {};
}

}  // namespace keel::dashboard
