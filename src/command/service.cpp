#include "command/service.hpp"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <stdexcept>
#include <utility>

#include "command/method.hpp"
#include "command/request.hpp"
#include "command/unary_call.hpp"
#include "ops/error_status.hpp"
#include "ops/log.hpp"

namespace keel::command {
namespace {

using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;

std::string_view view_of(const grpc::string_ref& text) { return {text.data(), text.size()}; }
std::string_view view_of(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

std::vector<std::string_view> values_of(const grpc::CallbackServerContext& context, const char* key) {
  std::vector<std::string_view> values;
  const auto [first, last] = context.client_metadata().equal_range(key);
  for (auto each = first; each != last; ++each) values.push_back(view_of(each->second));
  return values;
}

std::optional<Timestamp> deadline_of(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::microseconds>(deadline);
}

/// One contiguous piece; small messages come as one already.
grpc::Slice whole(const grpc::ByteBuffer& request) {
  grpc::Slice slice;
  if (request.TrySingleSlice(&slice).ok()) return slice;
  if (!request.DumpToSingleSlice(&slice).ok()) return {};
  return slice;
}

grpc::Status our_fault() {
  return ops::error_status(grpc::INTERNAL, "a bug in the service; its log has the details",
                           {"INTERNAL", "keel", {}, {}, {}});
}

/// The first name that the peer's certificate proves; keeps what it views alive.
class Peer {
 public:
  Peer(const grpc::CallbackServerContext& context, bool wanted) {
    if (!wanted) return;
    authentication_ = context.auth_context();
    if (!authentication_->IsPeerAuthenticated()) return;
    const auto names = authentication_->GetPeerIdentity();
    if (!names.empty()) name_ = view_of(names.front());
  }
  std::string_view name() const { return name_; }

 private:
  std::shared_ptr<const grpc::AuthContext> authentication_;
  std::string_view name_;
};

void submit(const Method& method, const std::shared_ptr<UnaryCall>& unary, const grpc::CallbackServerContext& context,
            const grpc::ByteBuffer& request, actors::CommandPort& engine, const EdgeOptions& options) {
  const grpc::Slice bytes = whole(request);
  const Peer peer(context, options.authenticated_callers);
  const Envelope envelope{deadline_of(context), peer.name(), values_of(context, "keel-caller"),
                          values_of(context, "traceparent")};
  auto read = read_request(method, view_of(bytes), envelope, options, options.clock());
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
                     {{"method", method.name()}, {"err.reason", bug.what()}});
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
