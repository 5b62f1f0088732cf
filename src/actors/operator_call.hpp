#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/aggregate.hpp"
#include "ops/actor_control.hpp"

namespace keel::actors {

/// What an operator's call came to. An order that was taken is answered with an empty description.
using OperatorAnswer = std::variant<ops::ActorDescription, ops::ActorProblem>;

/// Tells one answer, the first. Any thread.
class FirstAnswer {
 public:
  explicit FirstAnswer(std::function<void(OperatorAnswer)> tell) : tell_(std::move(tell)) {}
  void tell(OperatorAnswer answer) {
    if (!told_.exchange(true)) std::exchange(tell_, nullptr)(std::move(answer));
  }
  bool told() const { return told_; }

 private:
  std::function<void(OperatorAnswer)> tell_;
  std::atomic<bool> told_{false};
};

/// A promise to answer an operator. Dropped without an answer, because its actor died or the lanes went, it says so, so
/// that nobody waits for the clock.
class OperatorReply {
 public:
  explicit OperatorReply(std::shared_ptr<FirstAnswer> first) : first_(std::move(first)) {}
  OperatorReply(OperatorReply&&) noexcept = default;
  OperatorReply& operator=(OperatorReply&&) = delete;
  OperatorReply(const OperatorReply&) = delete;
  ~OperatorReply();

  void describe(ops::ActorDescription description) { first_->tell(std::move(description)); }
  void taken() { first_->tell(ops::ActorDescription{}); }
  void refuse(ops::ActorProblem::Kind why, std::string what) { first_->tell(ops::ActorProblem{why, std::move(what)}); }
  /// Whether somebody was faster, the clock for one.
  bool told() const { return first_->told(); }

 private:
  std::shared_ptr<FirstAnswer> first_;
};

/// What somebody wants to know of an actor, or to have done to it, on its way to the actor's supervisor.
struct OperatorCall {
  OperatorReply reply;
  /// Absent: it is to be described.
  std::optional<ops::ActorOrder> order{};
  bool with_state = false;

  // -- a node of the tree --------------------------------------------------------------------------------------------
  ops::NodeId node = 0;
  /// The context below which it stands; empty for what is above.
  std::string context{};

  // -- or an aggregate -----------------------------------------------------------------------------------------------
  const domain::AggregateKind* kind = nullptr;
  std::string id{};
  std::uint64_t hash = 0;
};

/// An order as the cause of what comes of it: `stopped by an operator: REASON`.
std::string cause_of(const ops::ActorOrder& order);

/// Answers the call for a node to which these things can be done. True: it is an order, to be carried out now.
bool taken(OperatorCall& call, std::vector<ops::ActorAction> possible);

/// Answers that there is no such node.
void refuse_unknown_node(OperatorCall& call);

/// An aggregate that is to say how it is.
struct Inspection {
  OperatorReply reply;
  /// As far as its lane knows.
  ops::ActorDescription description;
  bool with_state = false;
  /// Set when it was looked at and waits for that version to be durable.
  std::optional<Version> taken_at{};
};

}  // namespace keel::actors
