#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/call.hpp"
#include "command/service.hpp"
#include "command/stream_options.hpp"
#include "keel/commands/v1/stream.grpc.pb.h"
#include "ops/call_series.hpp"
#include "ops/metrics.hpp"

namespace keel::command {

struct StreamDesk;

/// `keel.commands.v1.CommandStreamService`: the commands of many services on one stream, with the promises of their
/// unary methods. The contract is in the proto; why it is made so, in docs/adr.
///
/// Takes raw bytes, because gRPC ends a stream silently, as if the client had closed it, when a message does not parse.
class CommandStreamService final : public commands::v1::CommandStreamService::WithRawCallbackMethod_Execute<
                                       commands::v1::CommandStreamService::Service>,
                                   public ops::MeasuresItself {
 public:
  /// `services` and `engine` outlive it. Throws std::logic_error when two of their rpcs take the same message.
  CommandStreamService(const std::vector<std::unique_ptr<CommandService>>& services, actors::CommandPort& engine,
                       EdgeOptions edge, const StreamOptions& options = {}, ops::Metrics& metrics = ops::metrics());
  ~CommandStreamService() override;

  std::vector<std::string> measured_paths() const override;

  /// Ends every stream, and each that comes later, with UNAVAILABLE/STOPPING as soon as the commands that it has read
  /// are answered; returns at once. Before the engine stops, so that a server's shutdown finds no stream open. Any
  /// thread.
  void stop();

 private:
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Execute(grpc::CallbackServerContext* context) override;

  const std::unique_ptr<StreamDesk> desk_;
};

}  // namespace keel::command
