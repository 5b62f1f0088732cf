#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/in_memory_state.hpp"

namespace keel::journal {

/// One call's turn at the store: the mutex, held, and why the session may not work, if so.
struct InMemoryTurn {
  InMemoryTurn(InMemoryState& state, std::uint64_t session) : lock(state.mutex) {
    if (!state.live_sessions.contains(session)) fault = nothing_changed("the session is lost");
    if (fault || state.faults_left == 0) return;
    --state.faults_left;
    fault = nothing_changed(state.fault_text);
  }

  static Fault nothing_changed(std::string what) { return {Fault::Outcome::nothing_changed, std::move(what)}; }
  static Fault no_such_context(std::string_view name) {
    return nothing_changed("context '" + std::string(name) + "' has no lanes: run `keel migrate`");
  }

  std::unique_lock<std::mutex> lock;
  std::optional<Fault> fault;
};

/// Reading what is not there finds nothing.
inline const InMemoryState::Context& known_or_empty(InMemoryState& state, std::string_view name) {
  static const InMemoryState::Context empty;
  const InMemoryState::Context* found = state.find(name);
  return found == nullptr ? empty : *found;
}

template <class Read>
std::vector<Position> of_each_lane(const InMemoryState::Context& context, Read read) {
  std::vector<Position> positions;
  positions.reserve(context.lanes.size());
  for (const InMemoryState::LaneRow& lane : context.lanes) positions.push_back(read(lane));
  return positions;
}

}  // namespace keel::journal
