#include <utility>

#include "app/replay/commands.hpp"
#include "app/replay/projection_words.hpp"
#include "app/replay/several.hpp"

namespace keel::app {
namespace {

/// What is to be done; else how the command ends, and nothing was done.
std::variant<Plan, Exit> plan_for(const CommandCall& call, replay::ReadStore& store,
                                  const std::vector<query::Projection>& projections, bool paused) {
  Plan plan;
  plan.columns = {"projection", "paused_now", "paused_then"};
  for (const auto& projection : projections) {
    const auto row = store.projection(projection.name);
    if (!row) return call.fail(row.fault());
    if (!*row) return call.fail(Exit::not_found, projection.name + " was never migrated: run `keel migrate`");
    plan.rows.push_back({projection.name, (*row)->paused, paused});
  }
  if (paused) plan.remarks = {"Queries go on and grow stale, until `keel replay unpause`."};
  plan.confirm = confirmation_of(projections);
  return plan;
}

Exit set_paused(CommandCall& call, bool paused) {
  const auto chosen = chosen_projections(call);
  if (const auto* code = std::get_if<Exit>(&chosen)) return *code;
  const auto& projections = std::get<0>(chosen);
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto plan = plan_for(call, store, projections, paused);
  if (const auto* code = std::get_if<Exit>(&plan)) return *code;
  if (const auto code = call.agree(std::get<Plan>(plan))) return *code;
  Results results(call.output, projections.size());
  for (const auto& projection : projections) {
    const auto deed = deed_of(call, paused ? "pause" : "unpause", projection.name);
    const auto done = store.set_paused(projection.name, paused, deed);
    if (!done) return call.fail(done.fault());
    results.add({{"projection", projection.name}, {"paused", paused}});
  }
  return Exit::ok;
}

OperatorCommand pausing(std::string_view word) {
  OperatorCommand command;
  command.words = {word};
  command.arguments = several_projections();
  command.options = {every_projection()};
  command.changes = true;
  return command;
}

}  // namespace

OperatorCommand pause_command() {
  auto command = pausing("pause");
  command.summary = "let every projector of some projections stand still";
  command.explanation =
      "Takes several names, or --all. Kept in the read store, so it outlives processes. Rebuilds are not affected.";
  command.run = [](CommandCall& call) { return set_paused(call, true); };
  return command;
}

OperatorCommand unpause_command() {
  auto command = pausing("unpause");
  command.summary = "let the projectors go on";
  command.explanation = "Takes several names, or --all. They heal what they missed from the journal.";
  command.run = [](CommandCall& call) { return set_paused(call, false); };
  return command;
}

}  // namespace keel::app
