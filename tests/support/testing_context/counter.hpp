#pragma once

#include "domain/aggregate.hpp"
#include "keel/testing/v1/commands.pb.h"
#include "keel/testing/v1/events.pb.h"
#include "keel/testing/v1/state.pb.h"

namespace keel::testing {

using domain::Decision;
using domain::Messages;
using domain::Violations;

/// A counter never shows less than zero. With its proto folder and its projection it is a whole context, made without
/// touching `src/`.
struct Counter {
  static constexpr std::string_view context = "testing";
  static constexpr std::string_view type = "Counter";
  static constexpr int evolve_revision = 1;

  using State = v1::CounterState;
  using Commands = Messages<v1::MoveCounterRequest>;
  using Events = Messages<v1::CounterMoved>;

  // -- rules: read no clock, make no ids, touch no store -------------------------------------------------------
  static Decision decide(const State& counter, const v1::MoveCounterRequest& command);

  // -- memory: total, history is never refused -----------------------------------------------------------------
  static void evolve(State& counter, const v1::CounterMoved& event);

  // -- shape: what no state could make right -------------------------------------------------------------------
  static void check(const v1::MoveCounterRequest& command, Violations& violations);
};

static_assert(domain::Aggregate<Counter>);

}  // namespace keel::testing
