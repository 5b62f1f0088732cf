#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/replay/operator_command.hpp"
#include "replay/read_store.hpp"

namespace keel::app {

// What the commands about operations share.

/// Its state for people: `crashed` when it says that it runs and nobody works at it, `cancelling` when it was asked to
/// stop.
std::string state_of(const replay::Operation& operation);

/// One row an operation.
void show(Output& output, const std::vector<replay::Operation>& operations);

/// The argument as an operation's number; else complains, and answers nothing.
std::optional<std::int64_t> operation_number(const CommandCall& call);

/// Tells how far the operation is until it has ended, then shows it. Answers as the command itself would have ended: ok
/// or parked when it is done, interrupted when it was stopped, failed when it failed or its process was killed.
/// Interrupted itself, it leaves the operation alone.
Exit follow(CommandCall& call, replay::ReadStore& store, replay::Operation operation);

}  // namespace keel::app
