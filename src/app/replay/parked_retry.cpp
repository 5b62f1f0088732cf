#include "replay/parked_retry.hpp"

#include <algorithm>

#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/parked_choice.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

using query::ParkedStack;
using query::UnparkOutcome;
using replay::Retried;

std::string events_text(std::int64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

std::string text_of(const Retried& retried) {
  switch (retried.outcome) {
    case UnparkOutcome::done:
      return "folded " + events_text(retried.events);
    case UnparkOutcome::nothing_parked:
      return "nothing is parked any more";
    case UnparkOutcome::poison:
      return "still poison" +
             (retried.poison.position ? " at " + std::to_string(retried.poison.position->value) : std::string()) +
             ": " + retried.poison.why;
    case UnparkOutcome::fault:
      return retried.fault.what;
  }
  return "";
}

std::vector<Field> row_of(const ParkedStack& stack, const Retried& retried) {
  return {name_of(stack.place),
          stack.place.generation,
          stack.depth,
          stack.first.value,
          retried.events,
          static_cast<std::int64_t>(retried.rows_written),
          static_cast<std::int64_t>(retried.rows_erased),
          text_of(retried)};
}

const std::vector<std::string> columns{"aggregate", "generation",   "depth",       "first_position",
                                       "folds",     "rows_written", "rows_erased", "result"};

/// Another version's rows are not this code's to write.
std::optional<Exit> other_versions(const CommandCall& call, const ParkedChoice& choice) {
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  const auto generations = std::get<0>(opened)->generations(choice.projection.name);
  if (!generations) return call.fail(generations.fault());
  for (const auto& row : *generations) {
    const bool concerned =
        std::ranges::any_of(choice.stacks, [&](const auto& stack) { return stack.place.generation == row.generation; });
    if (!concerned || row.version == choice.projection.version) continue;
    return call.fail(Exit::conflict, "generation " + std::to_string(row.generation) + " was made by version " +
                                         std::to_string(row.version) + " of the projection, this is version " +
                                         std::to_string(choice.projection.version) +
                                         ": choose another with --generation, or run the other binary");
  }
  return {};
}

/// What a retry would come to, for every aggregate that was chosen.
Result<Plan> rehearse(const ParkedChoice& choice, journal::Journal& journal) {
  Plan plan;
  plan.columns = columns;
  plan.confirm = choice.projection.name;
  for (const auto& stack : choice.stacks) {
    auto retried = replay::ParkedRetry(choice.projection, journal, *choice.parking, stack.place).rehearse();
    if (retried.outcome == UnparkOutcome::fault) return retried.fault;
    plan.rows.push_back(row_of(stack, retried));
  }
  plan.remarks = {"Folded in memory with this binary's code; what cannot be folded stays parked."};
  return plan;
}

/// One aggregate a transaction: those that succeed do not wait for those that do not.
Result<Exit> retry(CommandCall& call, const ParkedChoice& choice, journal::Journal& journal) {
  auto code = Exit::ok;
  call.output.begin(columns);
  for (const auto& stack : choice.stacks) {
    const auto note = [&](const std::string& result) {
      return note_deed(call, "parked retry", choice.projection.name, stack.place, result);
    };
    if (auto noted = note("begun"); !noted) return noted.fault();
    const auto retried = replay::ParkedRetry(choice.projection, journal, *choice.parking, stack.place).retry();
    if (auto noted = note(text_of(retried)); !noted) return noted.fault();
    if (retried.outcome == UnparkOutcome::fault) return retried.fault;
    if (retried.outcome == UnparkOutcome::poison) code = Exit::parked;
    call.output.row(row_of(stack, retried));
  }
  return code;
}

Exit run(CommandCall& call) {
  if (call.arguments().size() == 1 && !call.switched_on("all")) {
    return call.fail(Exit::usage, "name the aggregates, or say --all");
  }
  const auto chosen = choose_parked(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& choice = std::get<ParkedChoice>(chosen);
  if (choice.stacks.empty()) {
    call.terminal.say("nothing is parked");
    return Exit::ok;
  }
  if (const auto end = other_versions(call, choice)) return *end;
  const auto journal = journal_opener(call.configuration(), "replay parked retry")();
  if (!journal) return call.fail(journal.fault());
  const auto plan = rehearse(choice, **journal);
  if (!plan) return call.fail(plan.fault());
  if (const auto end = call.agree(*plan)) return *end;
  const auto done = retry(call, choice, **journal);
  return done ? *done : call.fail(done.fault());
}

}  // namespace

OperatorCommand parked_retry_command() {
  return {.words = {"parked", "retry"},
          .summary = "fold parked events with this binary's code",
          .explanation =
              "Folds them in memory first and shows what would come of it (--dry-run ends there). Then, one aggregate "
              "a transaction: locks the lane's checkpoint, folds the aggregate's parked events in order over its rows, "
              "deletes the pointers, and raises the checkpoint's revision; projectors and queries go on and notice "
              "within a second. What is still poison stays parked, and the command ends with 7. Run it with the binary "
              "that projectors will run from now on.",
          .arguments = {{"PROJECTION", "whose"}, {"AGGREGATE_ID", "which aggregates", false, true}},
          .options = choosing_options({{"all", "", "", "every parked aggregate that was not discarded"}}),
          .changes = true,
          .run = &run};
}

}  // namespace keel::app
