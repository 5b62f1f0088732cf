#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "actors/call.hpp"

namespace keel::command {

/// The one place where a refusal, a conflict or a trouble of the engine becomes a gRPC status with its details.
///
/// | answer | code | reason | domain | RetryInfo |
/// |---|---|---|---|---|
/// | Refusal | FAILED_PRECONDITION | the rule's | `<context>.keel` | – |
/// | VersionConflict | ABORTED | VERSION_CONFLICT | keel | – |
/// | RequestIdReused | INVALID_ARGUMENT | REQUEST_ID_REUSED | keel | – |
/// | overloaded | RESOURCE_EXHAUSTED | OVERLOADED | keel | yes |
/// | late | DEADLINE_EXCEEDED | DEADLINE_EXCEEDED | keel | – |
/// | not_owner | UNAVAILABLE | NOT_OWNER | keel | yes |
/// | quarantined | UNAVAILABLE | AGGREGATE_QUARANTINED | keel | – |
/// | stopping | UNAVAILABLE | STOPPING | keel | yes |
/// | restarted | UNAVAILABLE | ACTOR_RESTARTING | keel | yes |
/// | outcome_unknown | UNAVAILABLE | COMMIT_OUTCOME_UNKNOWN | keel | yes |
/// | journal_unavailable | UNAVAILABLE | JOURNAL_UNAVAILABLE | keel | yes |
///
/// FAILED_PRECONDITION, ABORTED, INVALID_ARGUMENT and RESOURCE_EXHAUSTED mean that this call wrote nothing.
/// `Accepted` is OK.
grpc::Status status_of(const actors::Answer& answer, std::string_view context);

/// INTERNAL, for a bug that was caught at the edge.
grpc::Status our_fault();

/// A short word for metrics: `accepted`, `deduplicated`, `refused`, `conflict`, `reused`, `overloaded`, …
std::string_view outcome_of(const actors::Answer& answer);

}  // namespace keel::command
