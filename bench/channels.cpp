#include "bench/channels.hpp"

#include <grpcpp/grpcpp.h>

#include <stdexcept>

namespace keel::bench {

namespace {

/// What a load generator does without: retries, their buffers, statistics for channelz, bandwidth probes, and filters
/// for what the calls do not have. The server still gets their deadlines.
grpc::ChannelArguments lean() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
  arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  return arguments;
}

}  // namespace

std::vector<std::shared_ptr<grpc::Channel>> connect(const Pressure& pressure) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < pressure.channels; ++i) {
    channels.push_back(grpc::CreateCustomChannel(pressure.address, grpc::InsecureChannelCredentials(), lean()));
    if (!channels.back()->WaitForConnected(std::chrono::system_clock::now() + pressure.patience)) {
      throw std::runtime_error("nobody answers on " + pressure.address);
    }
  }
  return channels;
}

}  // namespace keel::bench
