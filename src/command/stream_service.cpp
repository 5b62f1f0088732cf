#include "command/stream_service.hpp"

#include <utility>

#include "command/stream_call.hpp"
#include "command/stream_desk.hpp"

namespace keel::command {

CommandStreamService::CommandStreamService(const std::vector<std::unique_ptr<CommandService>>& services,
                                           actors::CommandPort& engine, EdgeOptions edge, const StreamOptions& options,
                                           ops::Metrics& metrics)
    : desk_(std::make_unique<StreamDesk>(engine, std::move(edge), options, metrics)) {
  for (const auto& service : services) desk_->methods.add(service->methods());
}

CommandStreamService::~CommandStreamService() = default;

std::vector<std::string> CommandStreamService::measured_paths() const { return {"/" + std::string(stream_method)}; }

void CommandStreamService::stop() { desk_->open.stop(); }

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* CommandStreamService::Execute(
    grpc::CallbackServerContext* context) {
  return StreamCall::make(*context, *desk_).get();
}

}  // namespace keel::command
