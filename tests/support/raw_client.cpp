#include "support/raw_client.hpp"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/sync_stream.h>

namespace keel::testing {
namespace {

using grpc::internal::RpcMethod;

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

std::shared_ptr<grpc::Channel> channel_to(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
}

std::shared_ptr<grpc::Channel> secure_channel_to(int port, const grpc::SslCredentialsOptions& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::SslCredentials(credentials), arguments);
}

RawOutcome call(grpc::Channel& channel, const std::string& path, const std::string& bytes, const RawOptions& options) {
  grpc::ClientContext context;
  if (options.timeout) context.set_deadline(std::chrono::system_clock::now() + *options.timeout);
  for (const auto& [key, value] : options.metadata) context.AddMetadata(key, value);
  grpc::ByteBuffer response;
  RawOutcome outcome;
  outcome.status = grpc::internal::BlockingUnaryCall(&channel, RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), &context,
                                                     buffer_of(bytes), &response);
  outcome.bytes = bytes_of(response);
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    outcome.trailing.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  return outcome;
}

struct RawStream::State {
  grpc::ClientContext context;
  std::string path;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader;
};

RawStream::RawStream(grpc::Channel& channel, const std::string& path, const std::string& request)
    : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->reader.reset(grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
      &channel, RpcMethod(state_->path.c_str(), RpcMethod::SERVER_STREAMING), &state_->context, buffer_of(request)));
}

RawStream::~RawStream() {
  state_->context.TryCancel();
  while (next()) {
  }
  state_->reader->Finish();
}

std::optional<std::string> RawStream::next() {
  grpc::ByteBuffer message;
  if (!state_->reader->Read(&message)) return std::nullopt;
  return bytes_of(message);
}

std::string reflected_services(grpc::Channel& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          &channel,
          RpcMethod("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", RpcMethod::BIDI_STREAMING),
          &context));
  stream->Write(buffer_of("\x3A\x01*"));  // list_services (field 7)
  stream->WritesDone();
  grpc::ByteBuffer response;
  stream->Read(&response);
  stream->Finish();
  return bytes_of(response);
}

std::string health_request(const std::string& service) {
  if (service.empty()) return {};
  return std::string("\x0A") + static_cast<char>(service.size()) + service;
}

int health_of(grpc::Channel& channel, const std::string& service) {
  const RawOutcome outcome = call(channel, "/grpc.health.v1.Health/Check", health_request(service));
  return outcome.status.ok() && outcome.bytes.size() == 2 ? outcome.bytes[1] : 0;
}

}  // namespace keel::testing
