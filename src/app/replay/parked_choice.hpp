#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/replay/operator_command.hpp"
#include "query/parking.hpp"
#include "query/projection.hpp"

namespace keel::app {

/// What a command of `keel replay parked` is about: a projection of this binary, and some of what it has parked.
struct ParkedChoice {
  query::Projection projection;
  std::unique_ptr<query::Parking> parking;
  std::vector<query::ParkedStack> stacks;
};

/// The options that choose among what is parked: `--generation` and `--type`.
std::vector<Option> choosing_options(std::vector<Option> more = {});

/// Finds the projection that the first argument names, and what it has parked of the aggregates that the others name;
/// of every aggregate that is not discarded when there are no others. Complains and answers the exit code when the
/// projection or one of the aggregates is not there.
std::variant<ParkedChoice, Exit> choose_parked(const CommandCall& call);

/// `Cart/c-1`.
std::string name_of(const query::ParkedPlace& place);

/// One line for the audit table and the log: who did what to whose parked events, why, and what came of it.
Result<Done> note_deed(const CommandCall& call, const std::string& action, const std::string& projection,
                       const query::ParkedPlace& place, const std::string& result);

}  // namespace keel::app
