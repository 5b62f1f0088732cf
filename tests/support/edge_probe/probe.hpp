#pragma once

#include <stdexcept>

#include "domain/aggregate.hpp"
#include "keel/edgeprobe/v1/probe.pb.h"
#include "keel/edgeprobe/v1/wrong_request.pb.h"
#include "keel/edgeprobe/v1/wrong_response.pb.h"
#include "keel/edgeprobe/v1/wrong_undecided.pb.h"

namespace keel::edgeprobe {

using domain::Decision;
using domain::Messages;
using domain::Violations;

/// An aggregate whose rules nobody asks: only its shape matters here.
struct Probe {
  static constexpr std::string_view context = "edgeprobe";
  static constexpr std::string_view type = "Probe";
  static constexpr int evolve_revision = 1;

  using State = v1::ProbeState;
  using Commands = Messages<v1::NoteRequest, v1::WipeRequest, v1::FadeRequest>;
  using Events = Messages<v1::Noted>;

  static Decision decide(const State&, const v1::NoteRequest&) { return Decision::events(); }
  static Decision decide(const State&, const v1::WipeRequest&) { return Decision::events(); }
  static Decision decide(const State&, const v1::FadeRequest&) { return Decision::events(); }
  static void evolve(State& probe, const v1::Noted& event) { probe.add_notes(event.text()); }

  static void check(const v1::NoteRequest& command, Violations& violations) {
    if (command.text() == "bad") violations.add("text", "must not be bad");
    if (command.amount() < 0) violations.add("amount", "must not be negative");
    if (command.text() == "bug") throw std::runtime_error("a rule of the shape has a bug");
  }
};

/// A context that is put together wrongly, in the way that its command's file has it.
template <class Command>
struct Wrong {
  static constexpr std::string_view context = "edgeprobe";
  static constexpr std::string_view type = "Wrong";
  static constexpr int evolve_revision = 1;

  using State = v1::ProbeState;
  using Commands = Messages<Command>;
  using Events = Messages<v1::Noted>;

  static Decision decide(const State&, const Command&) { return Decision::events(); }
  static void evolve(State& probe, const v1::Noted& event) { probe.add_notes(event.text()); }
};

}  // namespace keel::edgeprobe
