#include "support/command_stream.hpp"

#include <grpcpp/support/sync_stream.h>

namespace keel::testing {
namespace {

using commands::v1::CommandItem;
using commands::v1::ExecuteRequest;
using commands::v1::ExecuteResponse;
using Stream = grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
using grpc::internal::RpcMethod;

}  // namespace

struct CommandStream::State {
  grpc::ClientContext context;
  const std::string path = "/" + stream_service + "/Execute";
  std::unique_ptr<Stream> stream;
  bool finished = false;
};

CommandStream::CommandStream(grpc::Channel& channel, const RawOptions& options) : state_(std::make_unique<State>()) {
  if (options.timeout) state_->context.set_deadline(std::chrono::system_clock::now() + *options.timeout);
  for (const auto& [key, value] : options.metadata) state_->context.AddMetadata(key, value);
  state_->stream.reset(grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
      &channel, RpcMethod(state_->path.c_str(), RpcMethod::BIDI_STREAMING), &state_->context));
}

CommandStream::~CommandStream() {
  if (state_->finished) return;
  cancel();
  finish();
}

bool CommandStream::send_bytes(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return state_->stream->Write(grpc::ByteBuffer(&slice, 1));
}

void CommandStream::close() { state_->stream->WritesDone(); }

void CommandStream::cancel() { state_->context.TryCancel(); }

std::optional<ExecuteResponse> CommandStream::next() {
  grpc::ByteBuffer message;
  if (!state_->stream->Read(&message)) return std::nullopt;
  grpc::Slice slice;
  ExecuteResponse response;
  const bool read =
      message.DumpToSingleSlice(&slice).ok() && response.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  if (!read) throw std::runtime_error("the server sent no ExecuteResponse");
  return response;
}

std::map<std::int64_t, commands::v1::CommandResult> CommandStream::results(std::size_t count) {
  std::map<std::int64_t, commands::v1::CommandResult> found;
  while (found.size() < count) {
    const auto message = next();
    if (!message) break;
    for (const auto& result : message->results()) found.emplace(result.index(), result);
  }
  return found;
}

grpc::Status CommandStream::finish() {
  while (next()) {
  }
  state_->finished = true;
  return state_->stream->Finish();
}

CommandItem& add_item(ExecuteRequest& message, std::int64_t index, const google::protobuf::Message& command) {
  CommandItem& item = *message.add_items();
  item.set_index(index);
  item.mutable_command()->PackFrom(command);
  return item;
}

grpc::Status status_of(const commands::v1::Status& error) {
  return {static_cast<grpc::StatusCode>(error.code()), error.message(), error.SerializeAsString()};
}

}  // namespace keel::testing
