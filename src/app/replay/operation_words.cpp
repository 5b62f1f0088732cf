#include "app/replay/operation_words.hpp"

#include "app/replay/progress.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

Field left_of(const replay::Operation& operation) {
  if (!operation.alive || operation.phase != "loading") return {};
  return time_left(operation.events, operation.total, operation.rate);
}

}  // namespace

std::string state_of(const replay::Operation& operation) {
  if (operation.crashed()) return "crashed";
  return operation.state == "running" && operation.cancel_asked ? "cancelling" : operation.state;
}

void show(Output& output, const std::vector<replay::Operation>& operations) {
  output.begin({"operation", "kind", "projection", "generation", "state", "phase", "events", "total",
                "events_per_second", "eta", "worker", "started_at", "ended_at", "result"});
  for (const auto& one : operations) {
    output.row({one.id, one.kind, one.projection, one.generation, state_of(one), one.phase, one.events, one.total,
                one.rate, left_of(one), one.worker, moment(one.started_at), moment(one.ended_at), one.result});
  }
}

std::optional<std::int64_t> operation_number(const CommandCall& call) {
  const auto number = parse_whole_number(call.argument());
  if (!number)
    call.fail(Exit::usage, "'" + call.argument() + "' is no operation's number; `keel replay status` shows them");
  return number;
}

}  // namespace keel::app
