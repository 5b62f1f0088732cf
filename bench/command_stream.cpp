#include "bench/command_stream.hpp"

#include <google/protobuf/arena.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include "keel/commands/v1/stream.pb.h"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr const char* execute = "/keel.commands.v1.CommandStreamService/Execute";

/// As many as one request may have.
constexpr std::size_t most_items = 256;

}  // namespace

CommandStream::CommandStream(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue,
                             std::size_t in_flight, StreamedCommands& commands, StreamWindow window, Outcome& outcome)
    : commands_(commands), window_(window), outcome_(outcome), sent_at_(in_flight) {
  for (std::size_t i = 0; i < in_flight; ++i) free_.push_back(static_cast<std::uint32_t>(i));
  const grpc::internal::RpcMethod method(execute, grpc::internal::RpcMethod::BIDI_STREAMING, channel);
  call_.reset(grpc::internal::ClientAsyncReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
      channel.get(), &queue, method, &context_, true, &started_));
}

bool CommandStream::take(Step step, bool ok) {
  switch (step) {
    case Step::started:
      call_->Read(&reply_, &answered_);
      write();
      return true;
    case Step::written:
      writing_ = false;
      write();
      return true;
    case Step::answered:
      read_on(ok);
      return true;
    case Step::closed:
      return true;
    case Step::finished:
      return false;
  }
  return false;
}

void CommandStream::read_on(bool ok) {
  if (!ok) {
    closed_ = true;
    call_->Finish(&status_, &finished_);
    return;
  }
  take_answers();
  call_->Read(&reply_, &answered_);
  write();
}

void CommandStream::write() {
  if (writing_ || closed_) return;
  if (steady_clock::now() < window_.end) {
    write_commands();
    return;
  }
  closed_ = true;
  call_->WritesDone(&closed_tag_);
}

void CommandStream::write_commands() {
  if (free_.empty()) return;
  indexes_.clear();
  const auto now = steady_clock::now();
  while (!free_.empty() && indexes_.size() < most_items) {
    sent_at_[free_.back()] = now;
    indexes_.push_back(first_index + free_.back());
    free_.pop_back();
  }
  writing_ = true;
  call_->Write(commands_.next(indexes_), &written_);
}

void CommandStream::take_answers() {
  google::protobuf::Arena arena;
  auto& response = *google::protobuf::Arena::CreateMessage<commands::v1::ExecuteResponse>(&arena);
  grpc::ProtoBufferReader bytes(&reply_);
  if (!response.ParseFromZeroCopyStream(&bytes)) {
    context_.TryCancel();
    return;
  }
  const auto now = steady_clock::now();
  for (const auto& result : response.results()) {
    const auto slot = static_cast<std::uint32_t>(result.index()) - first_index;
    if (now >= window_.begin && now < window_.end) count(result, now - sent_at_.at(slot));
    free_.push_back(slot);
  }
}

void CommandStream::count(const commands::v1::CommandResult& result, steady_clock::duration took) {
  if (result.has_error()) {
    ++outcome_.failed[std::to_string(result.error().code()) + " " + result.error().message()];
    return;
  }
  ++outcome_.answered;
  outcome_.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

}  // namespace keel::bench
