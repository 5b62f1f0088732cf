#pragma once

#include "domain/aggregate.hpp"
#include "keel/testing/v1/commands.pb.h"
#include "keel/testing/v1/events.pb.h"
#include "keel/testing/v1/state.pb.h"

namespace keel::testing {

using domain::Became;
using domain::Decision;
using domain::Messages;
using domain::Violations;

/// A counter never shows less than zero. With its proto folder and its projection it is a whole context, made without
/// touching `src/`. Its opening was one event once, then another one, and is two events today.
struct Counter {
  static constexpr std::string_view context = "testing";
  static constexpr std::string_view type = "Counter";
  static constexpr int evolve_revision = 1;

  using State = v1::CounterState;
  using Commands = Messages<v1::MoveCounterRequest>;
  using Events = Messages<v1::CounterMoved, v1::CounterLabelled>;
  using OldEvents = Messages<v1::CounterOpened, v1::CounterOpenedV2>;

  // -- rules: read no clock, make no ids, touch no store -------------------------------------------------------
  static Decision decide(const State& counter, const v1::MoveCounterRequest& command);

  // -- memory: total, history is never refused -----------------------------------------------------------------
  static void evolve(State& counter, const v1::CounterMoved& event);
  static void evolve(State& counter, const v1::CounterLabelled& event);

  // -- the past: what old events are today ---------------------------------------------------------------------
  static Became<v1::CounterOpenedV2> upcast(const v1::CounterOpened& old);
  static Became<v1::CounterMoved, v1::CounterLabelled> upcast(const v1::CounterOpenedV2& old);

  // -- shape: what no state could make right -------------------------------------------------------------------
  static void check(const v1::MoveCounterRequest& command, Violations& violations);
};

static_assert(domain::Aggregate<Counter>);

/// The same aggregate in a binary from before its upcasters: an opening is an event that it does not know.
struct ForgetfulCounter : Counter {
  using OldEvents = Messages<>;
};

static_assert(domain::Aggregate<ForgetfulCounter>);

}  // namespace keel::testing
