#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/held_lanes.hpp"
#include "core/result.hpp"

namespace keel::actors {

/// A blocking loop that lives beside a context's lanes while this process owns them: publisher, reactor, timers.
/// The engine gives it a thread and a supervisor; it knows no actors.
class Runner {
 public:
  /// Called on the runner's own thread, after `run` has returned (or was never begun).
  virtual ~Runner() = default;

  /// Runs until stopped, on a thread of its own; may block. Returns soon after `stop()`. Throws or returns a Fault when
  /// it cannot go on: its supervisor then makes a new one by the factory, with backoff. An end without `stop()` and
  /// without a fault (the lanes were lost, say) is not restarted before the lanes are owned again.
  virtual Result<Done> run() = 0;

  /// Ends `run` soon, wherever it waits; at any time, before it too, and more than once. Any thread; does not wait.
  virtual void stop() = 0;

  /// Whether it wants to hear of what is stored in this context. Any thread.
  virtual bool follows(std::string_view /*context*/) const { return true; }
  /// There may be something new in the lanes' journal. Cheap: called after every stored batch. Any thread; never
  /// blocks.
  virtual void wake() {}
};

/// A runner to be hosted under its context: made anew at every (re)start of it and whenever the lanes were taken.
struct HostedService {
  /// "publisher", "reactor", "timers": the node's name in the supervision tree.
  std::string name;
  /// The context whose lanes it serves.
  std::string context;
  /// May throw; that is a failed start, and is retried with backoff. Called on the thread that will run it, so that it
  /// may connect. The lanes of every context that this process owns are handed over, because reactors read several.
  std::function<std::unique_ptr<Runner>(const LanesByContext& held)> make;
};

}  // namespace keel::actors
