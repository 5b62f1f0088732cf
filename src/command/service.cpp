#include "command/service.hpp"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <stdexcept>
#include <utility>

#include "command/call_envelope.hpp"
#include "command/method.hpp"
#include "command/request.hpp"
#include "command/status.hpp"
#include "command/unary_call.hpp"
#include "ops/call_trace.hpp"
#include "ops/log.hpp"

namespace keel::command {
namespace {

using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;

std::string_view view_of(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

/// One contiguous piece; small messages come as one already.
grpc::Slice whole(const grpc::ByteBuffer& request) {
  grpc::Slice slice;
  if (request.TrySingleSlice(&slice).ok()) return slice;
  if (!request.DumpToSingleSlice(&slice).ok()) return {};
  return slice;
}

void submit(const Method& method, const std::shared_ptr<UnaryCall>& unary, const grpc::CallbackServerContext& context,
            const grpc::ByteBuffer& request, actors::CommandPort& engine, const EdgeOptions& options) {
  const grpc::Slice bytes = whole(request);
  const CallEnvelope envelope(context, options.authenticated_callers);
  auto read = read_request(method, view_of(bytes), envelope.view(), options, options.clock());
  if (const auto* const error = std::get_if<grpc::Status>(&read)) return unary->refuse(*error, "invalid");
  auto& call = std::get<actors::Call>(read);
  call.reply = actors::Reply(unary);
  engine.submit(std::move(call));
}

}  // namespace

CommandService::CommandService(std::string full_name, std::vector<std::unique_ptr<const Method>> methods,
                               actors::CommandPort& engine, EdgeOptions options)
    : full_name_(std::move(full_name)), methods_(std::move(methods)), engine_(engine), options_(std::move(options)) {
  for (std::size_t i = 0; i < methods_.size(); ++i) serve(static_cast<int>(i), *methods_[i]);
}

CommandService::~CommandService() = default;

std::vector<std::string> CommandService::measured_paths() const {
  std::vector<std::string> paths;
  for (const auto& method : methods_) paths.push_back(method->path);
  return paths;
}

/// What generated code does in `WithRawCallbackMethod_…`, for a method known only by its descriptor.
void CommandService::serve(int index, const Method& method) {
  AddMethod(new grpc::internal::RpcServiceMethod(method.path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new Handler([this, &method](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
        const auto unary = UnaryCall::make(*context, *response, method, options_.incarnation);
        try {
          submit(method, unary, *context, *request, engine_, options_);
        } catch (const std::exception& bug) {
          log::error("command", "a request could not be handled",
                     {{"method", method.name()}, {"err.reason", bug.what()}, {"trace_id", ops::trace_id_of(*context)}});
          unary->refuse(our_fault(), "internal");
        }
        return unary.get();
      }));
}

std::vector<std::unique_ptr<CommandService>> command_services(const std::vector<const domain::AggregateKind*>& kinds,
                                                              actors::CommandPort& engine, const EdgeOptions& options,
                                                              ops::Metrics& metrics) {
  std::vector<std::unique_ptr<CommandService>> services;
  for (auto& [name, methods] : find_methods(kinds, metrics)) {
    services.push_back(std::make_unique<CommandService>(name, std::move(methods), engine, options));
  }
  return services;
}

}  // namespace keel::command
