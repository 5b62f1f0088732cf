#pragma once

#include <optional>

#include "keel/ops/v1/supervision.pb.h"
#include "ops/actor_control.hpp"
#include "ops/supervision.hpp"

/// The registry's things as `keel.ops.v1` has them.
namespace keel::ops {

void write(const NodeView& view, v1::SupervisionNode& node);
void write(const SupervisionEvent& event, v1::SupervisionEvent& line);
void write(const AggregateDetail& detail, v1::AggregateDetail& aggregate);
void write(const Breakage& breakage, v1::Breakage& told);
v1::ActorAction wire(ActorAction action);

/// Nothing when there is no such action.
std::optional<ActorAction> action_of(v1::ActorAction action);
/// Nothing when it names nobody.
std::optional<ActorTarget> target_of(const v1::ActorTarget& target);

}  // namespace keel::ops
