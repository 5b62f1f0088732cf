#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/replay/operator_command.hpp"
#include "query/projection.hpp"
#include "replay/attempt.hpp"
#include "replay/read_store.hpp"

namespace keel::app {

// What the commands about projections share.

/// The projections of every context, as this code declares them.
std::vector<query::Projection> declared_projections(const CommandCall& call);
/// The one of this name; else complains, naming those there are, and answers nothing.
std::optional<query::Projection> declared_projection(const CommandCall& call, const std::string& name);

/// User and host of whoever runs this.
std::string operator_name();
/// The deed of this call, for the audit table.
replay::Deed deed_of(const CommandCall& call, std::string action, const std::string& projection,
                     std::optional<std::int64_t> generation = {});

/// The exit code of what was refused, or went wrong; says why.
Exit refused(const CommandCall& call, const std::variant<replay::Refused, Fault>& why);

/// The read store; else says why and ends the command with this code.
std::variant<std::unique_ptr<replay::ReadStore>, Exit> open_read_store(const CommandCall& call);

/// `2026-01-31T12:00:00Z`; nothing when there is none.
Field moment(const std::optional<Timestamp>& at);

}  // namespace keel::app
