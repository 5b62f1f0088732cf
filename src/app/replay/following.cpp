#include <algorithm>
#include <chrono>
#include <thread>

#include "app/replay/interrupt.hpp"
#include "app/replay/operation_words.hpp"
#include "app/replay/progress.hpp"

namespace keel::app {
namespace {

constexpr std::chrono::milliseconds between_looks{200};

bool runs(const replay::Operation& operation) { return operation.state == "running" && operation.alive; }

Exit end_of(const CommandCall& call, replay::ReadStore& store, const replay::Operation& operation) {
  if (operation.state == "stopped") return Exit::interrupted;
  if (operation.state != "done") return Exit::failed;
  const auto lanes = store.lanes(operation.projection, operation.generation);
  if (!lanes) return call.fail(lanes.fault());
  const bool parked = std::ranges::any_of(*lanes, [](const auto& lane) { return lane.parked_aggregates > 0; });
  return parked ? Exit::parked : Exit::ok;
}

}  // namespace

Exit follow(CommandCall& call, replay::ReadStore& store, replay::Operation operation) {
  const auto interval = call.whole_number("progress-interval", 0);
  if (!interval) return Exit::usage;
  const Interrupt interrupt;
  ProgressTeller progress(call, operation.projection, std::chrono::seconds(*interval));
  while (runs(operation)) {
    if (interrupt.asked()) return call.fail(Exit::interrupted, "interrupted; the operation goes on");
    progress.tell({operation.phase, operation.events, operation.total, operation.rate});
    std::this_thread::sleep_for(between_looks);
    const auto now = store.operation(operation.id);
    if (!now) return call.fail(now.fault());
    operation = **now;
  }
  show(call.output, {operation});
  return end_of(call, store, operation);
}

}  // namespace keel::app
