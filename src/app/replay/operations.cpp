#include <thread>

#include "app/replay/commands.hpp"
#include "app/replay/progress.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

constexpr std::chrono::seconds patience{30};

std::string state_of(const replay::Operation& operation) {
  if (operation.crashed()) return "crashed";
  return operation.state == "running" && operation.cancel_asked ? "cancelling" : operation.state;
}

Field left_of(const replay::Operation& operation) {
  if (!operation.alive || operation.phase != "loading") return {};
  return time_left(operation.events, operation.total, operation.rate);
}

Exit status(CommandCall& call) {
  const auto limit = call.whole_number("limit", 1);
  if (!limit) return Exit::usage;
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  const auto operations = std::get<0>(opened)->operations(call.option("projection"), *limit);
  if (!operations) return call.fail(operations.fault());
  call.output.begin({"operation", "kind", "projection", "generation", "state", "phase", "events", "total",
                     "events_per_second", "eta", "worker", "started_at", "ended_at", "result"});
  for (const auto& one : *operations) {
    call.output.row({one.id, one.kind, one.projection, one.generation, state_of(one), one.phase, one.events, one.total,
                     one.rate, left_of(one), one.worker, moment(one.started_at), moment(one.ended_at), one.result});
  }
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

std::optional<std::int64_t> operation_number(const CommandCall& call) {
  const auto number = parse_whole_number(call.argument());
  if (!number)
    call.fail(Exit::usage, "'" + call.argument() + "' is no operation's number; `keel replay status` shows them");
  return number;
}

OperatorCommand status_command() {
  OperatorCommand command;
  command.words = {"status"};
  command.summary = "operations: how far they are, or how they ended";
  command.explanation =
      "Latest first. State `crashed`: its process was killed; `resume` goes on with it. `eta` counts the loading "
      "alone.";
  command.options = {{"projection", "NAME", "", "of this projection only"}, {"limit", "N", "20", "at most so many"}};
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
