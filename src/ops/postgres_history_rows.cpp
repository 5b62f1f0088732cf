#include "ops/postgres_history_rows.hpp"

#include <algorithm>
#include <array>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <utility>

#include "ops/postgres_connection.hpp"

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

std::string text_of(const pqxx::field& field) { return {field.c_str(), field.size()}; }
std::int64_t number_of(const pqxx::field& field) { return field.as<std::int64_t>(); }
Timestamp time_of(const pqxx::field& field) { return moment_of(number_of(field)); }

Uuid uuid_of(const pqxx::field& field) {
  const auto id = parse_uuid(text_of(field));
  if (!id) throw std::runtime_error("the database answered an id that is none: " + text_of(field));
  return *id;
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

KnownProcess process_of(const pqxx::row& row) {
  KnownProcess process;
  process.identity = {uuid_of(row[0]), text_of(row[1]), text_of(row[2]), text_of(row[3]),
                      time_of(row[4]), text_of(row[5]), text_of(row[6])};
  process.beat_at = time_of(row[7]);
  if (!row[8].is_null()) process.stopped_at = time_of(row[8]);
  process.presence = read_word(presences, text_of(row[9])).value_or(Presence::dead);
  return process;
}

std::optional<PastEvent> event_of(const pqxx::row& row) {
  const auto kind = read_word(kinds, text_of(row[5]));
  const auto happening = read_word(happenings, text_of(row[7]));
  if (!kind || !happening) return std::nullopt;
  SupervisionEvent event;
  event.sequence = static_cast<std::uint64_t>(number_of(row[1]));
  event.at = time_of(row[2]);
  event.node = static_cast<NodeId>(number_of(row[3]));
  event.parent = static_cast<NodeId>(number_of(row[4]));
  event.kind = *kind;
  event.path = text_of(row[6]);
  event.happening = *happening;
  event.cause = text_of(row[8]);
  event.delay = std::chrono::milliseconds(number_of(row[9]));
  return PastEvent{uuid_of(row[0]), std::move(event)};
}

std::optional<PastNode> node_of(const pqxx::row& row) {
  const auto kind = read_word(kinds, text_of(row[3]));
  const auto happening = read_word(happenings, text_of(row[4]));
  if (!kind || !happening) return std::nullopt;
  PastNode node;
  node.id = static_cast<NodeId>(number_of(row[0]));
  node.parent = static_cast<NodeId>(number_of(row[1]));
  node.path = text_of(row[2]);
  node.kind = *kind;
  node.state = state_after(*happening);
  node.since = time_of(row[5]);
  node.restarts = static_cast<std::uint64_t>(number_of(row[6]));
  if (!row[7].is_null()) node.last_cause = text_of(row[7]);
  return node;
}

}  // namespace keel::ops
