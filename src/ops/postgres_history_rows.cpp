#include "ops/postgres_history_rows.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace keel::ops {
namespace {

constexpr std::array presences = {Presence::up, Presence::stale, Presence::dead, Presence::stopped};
constexpr std::array kinds = {NodeKind::supervisor, NodeKind::worker, NodeKind::aggregate_group, NodeKind::aggregate};
constexpr std::array happenings = {Happening::started,   Happening::crashed,  Happening::backing_off,
                                   Happening::restarted, Happening::stopped,  Happening::quarantined,
                                   Happening::escalated, Happening::recovered};

/// Nothing for a word of a later version of Keel.
template <class Words>
std::optional<typename Words::value_type> read_word(const Words& words, std::string_view text) {
  const auto* const found = std::ranges::find_if(words, [&](auto word) { return name_of(word) == text; });
  return found == words.end() ? std::nullopt : std::optional(*found);
}

NodeState state_after(Happening happening) {
  switch (happening) {
    case Happening::started:
    case Happening::restarted:
    case Happening::recovered:
      return NodeState::running;
    case Happening::crashed:
    case Happening::escalated:
      return NodeState::crashed;
    case Happening::backing_off:
      return NodeState::backing_off;
    case Happening::stopped:
      return NodeState::stopped;
    case Happening::quarantined:
      return NodeState::quarantined;
  }
  return NodeState::running;
}

}  // namespace

std::string_view name_of(Presence presence) {
  constexpr std::array<std::string_view, 4> names = {"up", "stale", "dead", "stopped"};
  return names[static_cast<std::size_t>(presence)];
}

KnownProcess process_at(const postgres::Answer& rows, int row) {
  KnownProcess process;
  process.identity = {rows.uuid(row, 0),      rows.text(row, 1), rows.text(row, 2), rows.text(row, 3),
                      rows.timestamp(row, 4), rows.text(row, 5), rows.text(row, 6)};
  process.beat_at = rows.timestamp(row, 7);
  if (!rows.null(row, 8)) process.stopped_at = rows.timestamp(row, 8);
  process.presence = read_word(presences, rows.bytes(row, 9)).value_or(Presence::dead);
  return process;
}

std::optional<PastEvent> event_at(const postgres::Answer& rows, int row) {
  const auto kind = read_word(kinds, rows.bytes(row, 5));
  const auto happening = read_word(happenings, rows.bytes(row, 7));
  if (!kind || !happening) return std::nullopt;
  SupervisionEvent event;
  event.sequence = static_cast<std::uint64_t>(rows.bigint(row, 1));
  event.at = rows.timestamp(row, 2);
  event.node = static_cast<NodeId>(rows.bigint(row, 3));
  event.parent = static_cast<NodeId>(rows.bigint(row, 4));
  event.kind = *kind;
  event.path = rows.text(row, 6);
  event.happening = *happening;
  event.cause = rows.text(row, 8);
  event.delay = std::chrono::milliseconds(rows.bigint(row, 9));
  return PastEvent{rows.uuid(row, 0), std::move(event)};
}

std::optional<PastNode> node_at(const postgres::Answer& rows, int row) {
  const auto kind = read_word(kinds, rows.bytes(row, 3));
  const auto happening = read_word(happenings, rows.bytes(row, 4));
  if (!kind || !happening) return std::nullopt;
  PastNode node;
  node.id = static_cast<NodeId>(rows.bigint(row, 0));
  node.parent = static_cast<NodeId>(rows.bigint(row, 1));
  node.path = rows.text(row, 2);
  node.kind = *kind;
  node.state = state_after(*happening);
  node.since = rows.timestamp(row, 5);
  node.restarts = static_cast<std::uint64_t>(rows.bigint(row, 6));
  if (!rows.null(row, 7)) node.last_cause = rows.text(row, 7);
  return node;
}

}  // namespace keel::ops
