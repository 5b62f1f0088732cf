#pragma once

#include <memory>
#include <string>

#include "keel/ops/v1/supervision.pb.h"
#include "ops/actor_control.hpp"
#include "ops/late_answer.hpp"
#include "ops/permissions.hpp"
#include "ops/supervision.hpp"

namespace grpc {
class CallbackServerContext;
}  // namespace grpc

namespace keel::ops {

/// GetActor and ControlActor: what the registry knows and what the actors know, put together. Never blocks; any thread.
class ActorDesk {
 public:
  /// `control` is null in a process without actors. Registry and control outlive every call.
  ActorDesk(const SupervisionRegistry& registry, ActorControl* control, Permissions permissions);

  void get(const v1::GetActorRequest& request, v1::GetActorResponse& response, std::shared_ptr<LateAnswer> answer);
  void control(const grpc::CallbackServerContext& context, const v1::ControlActorRequest& request,
               std::shared_ptr<LateAnswer> answer);

 private:
  grpc::Status why_not(const grpc::CallbackServerContext& context, const v1::ControlActorRequest& request) const;
  grpc::Status describe(const ActorDescription& described, v1::GetActorResponse& response) const;
  grpc::Status describe_without_actors(const ActorTarget& target, v1::GetActorResponse& response) const;
  grpc::Status refuse_without_actors(const ActorTarget& target) const;
  bool allowed(ActorAction action) const;

  const SupervisionRegistry& registry_;
  ActorControl* const control_;
  const Permissions permissions_;
};

}  // namespace keel::ops
