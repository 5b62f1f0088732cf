#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/aggregate_ref.hpp"
#include "core/clock.hpp"
#include "domain/decision.hpp"

namespace keel::domain {

/// An event of the journal, decoded, as a reactor sees it. An old event that its upcaster makes several of is shown as
/// one after the other, all of the same position and version.
struct Happened {
  std::string_view context;
  Lane lane;
  Position position;
  const AggregateRef& aggregate;
  Version version;
  Timestamp recorded_at;
  const Message& event;
};

/// The certain answer to a command that a reactor sent: accepted, or refused with the reason.
struct Answered {
  bool accepted = true;
  /// When refused.
  std::string reason;
  std::string message;
};

struct Reaction;

/// A command that a reactor wants sent. The message tells context and aggregate type, its field 1 the id. Its request
/// id is UUIDv5(event, step), so that a repeat after a crash is the same command.
struct Send {
  /// Unlike any other step of the same event; stable for ever.
  std::string step;
  std::unique_ptr<Message> command;
  /// What follows its certain answer; may be empty. Pure.
  std::function<Reaction(const Answered&)> then;
};

/// A durable alarm of the event's lane: the command is sent at or after `due_at`, with request id UUIDv5(key, due_at).
/// The same key again replaces it. A refusal `NOT_YET_DUE` puts it off; any other certain answer deletes it.
struct SetTimer {
  std::string key;
  Timestamp due_at;
  std::unique_ptr<Message> command;
};

/// What follows from an event. Sends of one reaction may go out side by side; a chain goes through `then`.
struct Reaction {
  std::vector<Send> sends;
  std::vector<SetTimer> timers;
  std::vector<std::string> cancelled_timers;
};

/// Turns events into commands: the moving part of a workflow. Pure: the same event gives the same reaction.
struct Reactor {
  /// Also the name of its checkpoints.
  std::string_view name;
  /// The contexts whose lanes it reads; its own first.
  std::vector<std::string_view> reads;
  Reaction (*react)(const Happened& happened);
};

}  // namespace keel::domain
