#pragma once

#include <chrono>

#include "actors/engine.hpp"

namespace keel::actors {

/// Runs an engine step by step on the caller's thread, for tests: nothing happens until `run`, pauses and ticks pass by
/// `advance` only, and calls to the journal block the caller. Made with `EngineOptions::Scheduling::by_hand`.
class ByHand {
 public:
  explicit ByHand(Engine& engine) : engine_(engine) {}

  /// Until nobody has anything to do.
  void run();
  /// One message, or one actor's turn; false when there is none.
  bool run_once();
  /// Lets this much of the actors' time pass; what falls due has yet to run. (`EngineParts::clock` is not touched.)
  void let_pass(std::chrono::milliseconds time);
  /// Both.
  void advance(std::chrono::milliseconds time) {
    let_pass(time);
    run();
  }

 private:
  Engine& engine_;
};

}  // namespace keel::actors
