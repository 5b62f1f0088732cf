#include "app/replay/commands.hpp"
#include "app/replay/parked_choice.hpp"
#include "app/replay/projection_words.hpp"
#include "app/replay/words.hpp"

namespace keel::app {
namespace {

using query::ParkedStack;

/// All of them, or the one that was named; nothing when there is no such one.
std::vector<query::Projection> wanted(const CommandCall& call) {
  if (call.arguments().empty()) return declared_projections(call);
  const auto one = declared_projection(call, call.argument());
  return one ? std::vector{*one} : std::vector<query::Projection>{};
}

std::vector<Field> row_of(const std::string& projection, const ParkedStack& stack, Timestamp now) {
  const auto& place = stack.place;
  return {projection,
          place.generation,
          place.context,
          std::int64_t{place.lane.value},
          name_of(place),
          stack.depth,
          stack.first.value,
          utc_text(stack.parked_at),
          duration_text(now - stack.parked_at),
          stack.attempts,
          std::string(stack.discarded ? "discarded" : "parked"),
          stack.reason};
}

Exit run(CommandCall& call) {
  const auto parking = query::open_parking(call.configuration().text("read.dsn"), "keel replay parked");
  if (!parking) return call.fail(parking.fault());
  const auto projections = wanted(call);
  if (projections.empty()) return Exit::not_found;
  call.output.begin({"projection", "generation", "context", "lane", "aggregate", "depth", "first_position", "parked_at",
                     "age", "attempts", "state", "reason"});
  for (const auto& projection : projections) {
    const auto stacks = (*parking)->stacks(projection.name);
    if (!stacks) return call.fail(stacks.fault());
    for (const auto& stack : *stacks) {
      if (stack.discarded && !call.switched_on("all")) continue;
      call.output.row(row_of(projection.name, stack, system_now()));
    }
  }
  return Exit::ok;
}

}  // namespace

OperatorCommand parked_list_command() {
  return {.words = {"parked", "list"},
          .summary = "aggregates whose events could not be folded",
          .explanation =
              "One row an aggregate: how many of its events wait, where the first one stands, why it could "
              "not be folded, and since when. The first one is the poison; the others follow it.",
          .arguments = {{"PROJECTION", "only this one", false}},
          .options = {{"all", "", "", "those that were discarded, too"}},
          .run = &run};
}

}  // namespace keel::app
