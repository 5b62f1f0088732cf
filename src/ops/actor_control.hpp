#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "core/uuid.hpp"
#include "ops/supervision.hpp"

namespace keel::ops {

/// An aggregate by its name: `cart`, `Cart`, `c-17`.
struct AggregateName {
  std::string context;
  std::string type;
  std::string id;
};

/// A node of the tree, or an aggregate, shown there or not.
using ActorTarget = std::variant<NodeId, AggregateName>;

enum class ActorAction {
  /// It dies as if it had failed; its supervisor starts it again.
  restart,
  /// An aggregate leaves memory once nothing is in flight; a service is stopped and started again.
  stop,
  /// It throws in the midst of its work.
  crash,
  /// A quarantined aggregate may be loaded again.
  lift_quarantine,
};

std::string_view name_of(ActorAction action);

/// What somebody wants done, and why.
struct ActorOrder {
  ActorAction action = ActorAction::restart;
  std::string reason;
};

/// An aggregate in memory.
struct AggregateDetail {
  AggregateName name;
  Lane lane;
  /// Of the last event that it has decided, and of the last of them that is durable.
  Version version;
  Version durable_version;
  /// Commands on their way through it.
  std::size_t in_flight = 0;
  /// Messages that wait in its mailbox.
  std::size_t mailbox = 0;
  /// Commands that it has decided since it came into memory.
  std::uint64_t decided = 0;
  /// When it took its last command; nothing when it has taken none.
  std::optional<Timestamp> last_command;
  /// Protobuf JSON of what is durable, when asked for; else, or with a problem, empty.
  std::string state_json;
  std::string state_problem;
};

/// What broke an aggregate: a command that it was deciding, or a stored event that it could not take in.
struct Breakage {
  /// Full name of the command's, or the event's, message.
  std::string message_type;
  /// The command's.
  std::optional<Uuid> request_id{};
  /// W3C trace id of the command's call; empty without one.
  std::string trace_id{};
  /// The event's.
  Version version{};
};

/// What the actors know of one of them; names and history are the registry's.
struct ActorDescription {
  /// The node; of an aggregate, its group.
  NodeId node = 0;
  /// `Cart c-17`; of every other node, empty.
  std::string aggregate_name{};
  /// Of an aggregate that is not shown in the tree.
  NodeState state = NodeState::running;
  /// Of an aggregate in memory; not while it is loading, say, or waits for a person.
  std::optional<AggregateDetail> aggregate{};
  /// Of an aggregate in trouble that no operator broke.
  std::optional<Breakage> broken_by{};
  /// What can be done to it now.
  std::vector<ActorAction> possible{};
};

/// Why an actor was neither described nor told anything.
struct ActorProblem {
  enum class Kind {
    /// No such node, or no longer.
    unknown_node,
    not_in_memory,
    /// Not with this node, or not now.
    not_possible,
    /// Nobody answered in time, or it has just ended: ask again.
    unavailable,
  };
  Kind kind = Kind::unavailable;
  std::string what;
};

/// Looks at actors and does things to them, by messages: nobody waits. Any thread.
///
/// `reply` is called exactly once, on any thread, within 2 s; it must not block. An order is answered when the actor's
/// supervisor has taken it; what comes of it shows in the registry, with "by an operator" and the reason as its cause.
class ActorControl {
 public:
  using Described = std::function<void(std::variant<ActorDescription, ActorProblem>)>;
  using Controlled = std::function<void(std::optional<ActorProblem>)>;

  virtual ~ActorControl() = default;
  virtual void describe(const ActorTarget& target, bool with_state, Described reply) = 0;
  virtual void control(const ActorTarget& target, ActorOrder order, Controlled reply) = 0;
};

}  // namespace keel::ops
