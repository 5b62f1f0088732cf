#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.hpp"

namespace keel::replay {

/// Long work on a projection, as it stands in the read store's `operations`.
struct Operation {
  std::int64_t id = 0;
  std::string kind;
  std::string projection;
  std::int64_t generation = 0;
  std::int32_t version = 0;
  /// running, stopped, failed, done, abandoned
  std::string state;
  /// loading, indexing, catching_up, ended
  std::string phase;
  bool cancel_asked = false;
  /// For people: host and process.
  std::string worker;
  Timestamp started_at;
  Timestamp seen_at;
  std::optional<Timestamp> ended_at;
  std::int64_t events = 0;
  std::int64_t total = 0;
  /// Events a second, lately.
  std::int64_t rate = 0;
  std::string result;
  /// Somebody works at the projection now.
  bool alive = false;

  /// It says `running`, but nobody works at it: its process was killed.
  bool crashed() const { return state == "running" && !alive; }
  /// It may go on.
  bool can_resume() const { return state == "stopped" || state == "failed" || crashed(); }
};

/// One line of the audit table.
struct Deed {
  std::string who;
  std::string action;
  /// Empty when it is not about a projection.
  std::string projection;
  std::optional<std::int64_t> generation;
  std::optional<std::int64_t> operation;
  std::string reason;
  std::string result = "done";
  /// What else it is about: an actor, a process, an aggregate; empty when the rest says it.
  std::string target{};
};

/// Why something was not done: the world failed, or the state does not allow it.
struct Refused {
  enum class Kind {
    /// There is no such thing.
    not_found,
    /// Somebody else is at it, or the state does not allow it.
    conflict,
  };
  Kind kind;
  std::string why;
};

}  // namespace keel::replay
