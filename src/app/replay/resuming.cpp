#include "app/process.hpp"
#include "app/replay/commands.hpp"
#include "app/replay/detaching.hpp"
#include "app/replay/operation_words.hpp"
#include "app/replay/projection_words.hpp"
#include "app/replay/rebuild_work.hpp"
#include "replay/rebuild_plan.hpp"

namespace keel::app {
namespace {

/// An operation that can be gone on with; its store holds its projection's lock.
struct TakenUp {
  query::Projection projection;
  std::unique_ptr<replay::ReadStore> store;
  replay::Operation operation;
};

/// Why it cannot be gone on with, although nobody works at it; empty when it can.
std::string obstacle(const replay::Operation& operation, const query::Projection& projection) {
  if (!operation.can_resume()) {
    return "operation " + std::to_string(operation.id) + " is " + operation.state + ": there is nothing to go on with";
  }
  if (operation.version == projection.version) return {};
  return "it was begun by version " + std::to_string(operation.version) + " of the projection, this is " +
         std::to_string(projection.version) + ": drop its generation and rebuild anew";
}

std::variant<TakenUp, Exit> take(const CommandCall& call, std::int64_t id) {
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto asked = store.operation(id);
  if (!asked) return call.fail(asked.fault());
  if (!*asked) return call.fail(Exit::not_found, "there is no operation " + call.argument());
  const auto projection = declared_projection(call, (*asked)->projection);
  if (!projection) return Exit::not_found;
  if (const auto claimed = store.claim(projection->name); !claimed) return refused(call, claimed.why());
  const auto found = store.operation(id);
  if (!found) return call.fail(found.fault());
  auto operation = **found;
  operation.alive = false;  // we hold the lock
  if (const auto why = obstacle(operation, *projection); !why.empty()) return call.fail(Exit::conflict, why);
  const auto so_far = replay::folded(store, operation);
  if (!so_far) return call.fail(so_far.fault());
  operation.events = *so_far;
  return TakenUp{*projection, std::get<0>(std::move(opened)), std::move(operation)};
}

Plan plan_for(const replay::Operation& operation) {
  Plan plan;
  plan.columns = {"operation", "projection", "generation", "state", "phase", "events", "total"};
  plan.rows = {{operation.id, operation.projection, operation.generation, operation.state, operation.phase,
                operation.events, operation.total}};
  plan.confirm = std::to_string(operation.id);
  return plan;
}

Exit resume(CommandCall& call) {
  const auto id = operation_number(call);
  const auto work = rebuild_work(call);
  if (!id || !work) return Exit::usage;
  auto found = take(call, *id);
  if (const auto* code = std::get_if<Exit>(&found)) return *code;
  auto& taken = std::get<TakenUp>(found);
  const auto& operation = taken.operation;
  if (const auto code = call.agree(plan_for(operation))) return *code;
  if (call.switched_on("detach")) {
    if (const auto released = taken.store->release(); !released) return call.fail(released.fault());
    return detach(call, operation.projection);
  }
  auto deed = deed_of(call, "resume", operation.projection, operation.generation);
  deed.operation = operation.id;
  const Interrupt interrupt;
  if (const auto begun = taken.store->take_up(operation, process_name(), operation.total, deed); !begun) {
    return call.fail(begun.fault());
  }
  Results results(call.output, 1);
  return work_off(call, results, taken.projection, *work, operation, *taken.store, deed, interrupt);
}

}  // namespace

OperatorCommand resume_command() {
  OperatorCommand command;
  command.words = {"resume"};
  command.summary = "go on with a rebuild that was stopped, failed or killed";
  command.explanation =
      "Lanes that were written stay; the others are folded from their checkpoints. The result is the same.";
  command.arguments = {{"OPERATION", "its number, as `status` shows it"}};
  command.options = rebuild_work_options();
  command.changes = true;
  command.run = &resume;
  return command;
}

}  // namespace keel::app
