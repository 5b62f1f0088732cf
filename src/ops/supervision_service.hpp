#pragma once

#include <memory>

#include "ops/actor_control.hpp"
#include "ops/permissions.hpp"
#include "ops/supervision.hpp"

namespace grpc {
class Service;
}  // namespace grpc

namespace keel::ops {

/// `keel.ops.v1.SupervisionService` over a registry and, where there are any, the actors that it tells of; both outlive
/// the server. Without `control` nodes are shown from the registry alone, and nothing can be done to them. Calls never
/// block gRPC's threads; streams end when a `GrpcServer` shuts down.
/// Errors by name: in the proto. Bad page sizes, page tokens, targets, actions and reasons get INVALID_ARGUMENT with the
/// field; an unknown parent has no children; more than 64 watchers get RESOURCE_EXHAUSTED/TOO_MANY_WATCHERS.
/// Each action that is allowed is logged (logger `supervision`) with its reason and what came of asking.
std::unique_ptr<grpc::Service> supervision_service(SupervisionRegistry& registry, ActorControl* control = nullptr,
                                                   Permissions permissions = {});

}  // namespace keel::ops
