#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/replay/operator_command.hpp"
#include "query/projection.hpp"

namespace keel::app {

// What the commands share that take several projections: `NAME…` or `--all`.

/// For `OperatorCommand::arguments` and `options`.
std::vector<Argument> several_projections();
Option every_projection();

/// Those that were named, each once and in that order, or all of this binary's. Else how the command ends, which is
/// told: `usage` when there are neither names nor `--all`, or both; `not_found` when one of them is not there, and then
/// each that is not there is told.
std::variant<std::vector<query::Projection>, Exit> chosen_projections(const CommandCall& call);

/// What a person types to go on: the name, or the names with a space between.
std::string confirmation_of(const std::vector<query::Projection>& chosen);

/// The worse of two ends, for a command that did several things. From good to bad: done, parked, mismatch, conflict,
/// not_found, denied, unavailable, failed, usage, interrupted.
Exit worse(Exit one, Exit other);

/// Results of things that are done one after another, with the same fields each: a record when it is one thing, else
/// the rows of one listing. Lines of progress may come between (`jsonl`).
class Results {
 public:
  Results(Output& output, std::size_t things) : output_(output), several_(things > 1) {}
  void add(const Record& fields);

 private:
  Output& output_;
  const bool several_;
  bool begun_ = false;
};

}  // namespace keel::app
