#include "bench/channels.hpp"

#include <grpcpp/grpcpp.h>

#include <stdexcept>

namespace keel::bench {

std::vector<std::shared_ptr<grpc::Channel>> connect(const Pressure& pressure) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < pressure.channels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
    channels.push_back(grpc::CreateCustomChannel(pressure.address, grpc::InsecureChannelCredentials(), arguments));
    if (!channels.back()->WaitForConnected(std::chrono::system_clock::now() + pressure.patience)) {
      throw std::runtime_error("nobody answers on " + pressure.address);
    }
  }
  return channels;
}

}  // namespace keel::bench
