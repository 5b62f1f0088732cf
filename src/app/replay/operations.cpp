#include <thread>

#include "app/replay/commands.hpp"
#include "app/replay/operation_words.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

constexpr std::chrono::seconds patience{30};

/// The one that was named; else the latest ones.
Result<std::vector<replay::Operation>> wanted(const CommandCall& call, replay::ReadStore& store,
                                              const std::optional<std::int64_t>& id, std::int64_t limit) {
  if (!id) return store.operations(call.option("projection"), limit);
  auto one = store.operation(*id);
  if (!one) return one.fault();
  std::vector<replay::Operation> found;
  if (*one) found.push_back(**std::move(one));
  return found;
}

Exit status(CommandCall& call) {
  const auto limit = call.whole_number("limit", 1);
  if (!limit) return Exit::usage;
  std::optional<std::int64_t> id;
  if (!call.arguments().empty()) {
    id = operation_number(call);
    if (!id) return Exit::usage;
    if (call.given("projection")) return call.fail(Exit::usage, "say an operation or --projection, not both");
  }
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const bool follows = call.switched_on("follow");
  const auto operations = wanted(call, store, id, follows ? 1 : *limit);
  if (!operations) return call.fail(operations.fault());
  if (operations->empty() && id) return call.fail(Exit::not_found, "there is no operation " + call.argument());
  if (operations->empty() && follows) return call.fail(Exit::not_found, "there is no operation to follow");
  if (follows) return follow(call, store, operations->front());
  show(call.output, *operations);
  return Exit::ok;
}

/// Waits until it has stopped.
Exit await_end(CommandCall& call, replay::ReadStore& store, std::int64_t id) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    const auto now = store.operation(id);
    if (!now) return call.fail(now.fault());
    if ((*now)->state != "running" || (*now)->crashed()) {
      call.output.record({{"operation", id}, {"state", state_of(**now)}, {"events", (*now)->events}});
      return Exit::ok;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return call.fail(Exit::unavailable, "it was asked to end, and has not within 30 s");
}

Exit cancel(CommandCall& call) {
  const auto id = operation_number(call);
  if (!id) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  const auto found = store.operation(*id);
  if (!found) return call.fail(found.fault());
  if (!*found) return call.fail(Exit::not_found, "there is no operation " + call.argument());
  const auto& operation = **found;
  if (operation.state != "running" || operation.crashed()) {
    return call.fail(Exit::conflict,
                     "operation " + call.argument() + " is " + state_of(operation) + ": it does not run");
  }
  Plan plan;
  plan.columns = {"operation", "projection", "generation", "worker", "events", "total"};
  plan.rows = {
      {operation.id, operation.projection, operation.generation, operation.worker, operation.events, operation.total}};
  plan.remarks = {"It stops at a checkpoint; `keel replay resume` goes on."};
  plan.confirm = call.argument();
  if (const auto code = call.agree(plan)) return *code;
  auto deed = deed_of(call, "cancel", operation.projection, operation.generation);
  deed.operation = operation.id;
  deed.result = "asked";
  if (const auto asked = store.ask_to_cancel(operation.id, deed); !asked) return call.fail(asked.fault());
  return await_end(call, store, operation.id);
}

}  // namespace

OperatorCommand status_command() {
  OperatorCommand command;
  command.words = {"status"};
  command.summary = "operations: how far they are, or how they ended";
  command.explanation =
      "Latest first. State `crashed`: its process was killed; `resume` goes on with it. `eta` counts the loading "
      "alone.\n\n"
      "With --follow it tells how far the one that was named is, or else the latest, until that has ended, and ends as "
      "the command that began it would: 0, 7 when events are parked, 1 when it failed or was killed, 130 when it was "
      "stopped. Ctrl-C ends the watching only.";
  command.arguments = {{"OPERATION", "only this one", false}};
  command.options = {
      {"projection", "NAME", "", "of this projection only"},
      {"limit", "N", "20", "at most so many"},
      {"follow", "", "", "until it has ended"},
      {"progress-interval", "SECONDS", "10", "with --follow: time between two lines, where no bar can be drawn"},
  };
  command.run = &status;
  return command;
}

OperatorCommand cancel_command() {
  OperatorCommand command;
  command.words = {"cancel"};
  command.summary = "stop a running operation at a checkpoint";
  command.explanation =
      "Waits until it has stopped. Nothing that was written is lost; `drop` throws its generation away.";
  command.arguments = {{"OPERATION", "its number, as `status` shows it"}};
  command.changes = true;
  command.run = &cancel;
  return command;
}

}  // namespace keel::app
