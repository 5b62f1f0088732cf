#include "app/replay/commands.hpp"
#include "app/replay/parked_choice.hpp"

namespace keel::app {
namespace {

Plan plan_for(const ParkedChoice& choice) {
  Plan plan;
  plan.columns = {"aggregate", "generation", "depth", "first_position", "reason"};
  for (const auto& stack : choice.stacks) {
    plan.rows.push_back({name_of(stack.place), stack.place.generation, stack.depth, stack.first.value, stack.reason});
  }
  plan.remarks = {"Their rows stay as they were before the first parked event, and marked, until the next rebuild.",
                  "The journal keeps the events: nothing that happened is lost."};
  plan.confirm = choice.projection.name;
  return plan;
}

Exit run(CommandCall& call) {
  const auto chosen = choose_parked(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& choice = std::get<ParkedChoice>(chosen);
  if (const auto end = call.agree(plan_for(choice))) return *end;
  call.output.begin({"aggregate", "generation", "discarded"});
  for (const auto& stack : choice.stacks) {
    const auto discarded = choice.parking->discard(choice.projection.name, stack.place);
    if (!discarded) return call.fail(discarded.fault());
    const auto noted = note_deed(call, "parked discard", choice.projection.name, stack.place,
                                 "gave up " + std::to_string(*discarded) + " events");
    if (!noted) return call.fail(noted.fault());
    call.output.row({name_of(stack.place), stack.place.generation, *discarded});
  }
  return Exit::ok;
}

}  // namespace

OperatorCommand parked_discard_command() {
  return {.words = {"parked", "discard"},
          .summary = "give up the parked events of an aggregate until the next rebuild",
          .explanation =
              "Takes them out of `parked list` and of `parked retry --all`. Queries go on marking the "
              "aggregate's rows, its later events are parked too, and a retry that names it still works.",
          .arguments = {{"PROJECTION", "whose"}, {"AGGREGATE_ID", "which aggregates", true, true}},
          .options = choosing_options(),
          .changes = true,
          .run = &run};
}

}  // namespace keel::app
