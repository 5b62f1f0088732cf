#pragma once

#include <optional>
#include <string_view>

#include "keel/ops/v1/supervision.pb.h"

namespace keel::dashboard {

/// `restart`, `stop`, `crash`, `lift_quarantine`; empty for one that this build does not know.
std::string_view word_of(ops::v1::ActorAction action);
std::optional<ops::v1::ActorAction> parse_action(std::string_view word);

}  // namespace keel::dashboard
