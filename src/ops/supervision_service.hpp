#pragma once

#include <memory>

#include "ops/supervision.hpp"

namespace grpc {
class Service;
}  // namespace grpc

namespace keel::ops {

/// `keel.ops.v1.SupervisionService` over a registry, which outlives it. Answers at once, on gRPC's threads.
/// Bad page sizes and page tokens get INVALID_ARGUMENT with the field; an unknown parent has no children.
std::unique_ptr<grpc::Service> supervision_service(const SupervisionRegistry& registry);

}  // namespace keel::ops
