#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <vector>

#include "bench/load.hpp"

namespace keel::bench {

/// The pressure's channels, each a connection of its own that was answered. Throws std::runtime_error when one is not
/// within its patience.
std::vector<std::shared_ptr<grpc::Channel>> connect(const Pressure& pressure);

}  // namespace keel::bench
