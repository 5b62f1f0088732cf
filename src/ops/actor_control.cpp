#include "ops/actor_control.hpp"

#include <array>

namespace keel::ops {
namespace {

constexpr std::array<std::string_view, 4> names = {"restart", "stop", "crash", "lift_quarantine"};

}  // namespace

std::string_view name_of(ActorAction action) { return names[static_cast<std::size_t>(action)]; }

}  // namespace keel::ops
