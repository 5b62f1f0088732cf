#include "actors/operator_call.hpp"

#include <algorithm>
#include <stdexcept>

namespace keel::actors {
namespace {

std::string deed(ops::ActorAction action) {
  switch (action) {
    case ops::ActorAction::restart:
      return "restarted";
    case ops::ActorAction::stop:
      return "stopped";
    case ops::ActorAction::crash:
      return "crashed";
    case ops::ActorAction::lift_quarantine:
      return "quarantine lifted";
  }
  throw std::logic_error("an action without a name");
}

}  // namespace

OperatorReply::~OperatorReply() {
  if (first_ != nullptr) first_->tell(ops::ActorProblem{ops::ActorProblem::Kind::unavailable, "it ended meanwhile"});
}

std::string cause_of(const ops::ActorOrder& order) { return deed(order.action) + " by an operator: " + order.reason; }

bool taken(OperatorCall& call, std::vector<ops::ActorAction> possible) {
  if (!call.order) {
    call.reply.describe({.node = call.node, .possible = std::move(possible)});
    return false;
  }
  if (std::ranges::find(possible, call.order->action) == possible.end()) {
    call.reply.refuse(ops::ActorProblem::Kind::not_possible,
                      std::string(name_of(call.order->action)) + " is not possible here and now");
    return false;
  }
  call.reply.taken();
  return true;
}

void refuse_unknown_node(OperatorCall& call) {
  call.reply.refuse(ops::ActorProblem::Kind::unknown_node, "there is no such node (any more)");
}

}  // namespace keel::actors
