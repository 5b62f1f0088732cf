#include "ops/grpc_process.hpp"

#include <absl/synchronization/mutex.h>

namespace keel::ops {

void prepare_grpc() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace keel::ops
