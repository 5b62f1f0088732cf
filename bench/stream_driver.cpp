#include "bench/stream_driver.hpp"

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "bench/channels.hpp"
#include "keel/commands/v1/stream.pb.h"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr const char* execute = "/keel.commands.v1.CommandStreamService/Execute";
constexpr std::size_t most_items = 256;

/// Which operation of a stream came to its end.
enum class Step { started, written, answered, closed, finished };

class Stream;
struct Tag {
  Stream* stream;
  Step step;
};

struct Window {
  steady_clock::time_point begin;
  steady_clock::time_point end;
};

/// One call with its commands under way; all its steps are told to one thread.
class Stream {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue, std::size_t in_flight,
         StreamedCommands& commands, Window window, Outcome& outcome)
      : commands_(commands), window_(window), outcome_(outcome), sent_at_(in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i) free_.push_back(static_cast<std::uint32_t>(i));
    const grpc::internal::RpcMethod method(execute, grpc::internal::RpcMethod::BIDI_STREAMING, channel);
    call_.reset(grpc::internal::ClientAsyncReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
        channel.get(), &queue, method, &context_, true, &started_));
  }

  /// False: the stream has come to its end.
  bool take(Step step, bool ok) {
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
        if (!ok) {
          call_->Finish(&status_, &finished_);
          return true;
        }
        take_answers();
        call_->Read(&reply_, &answered_);
        write();
        return true;
      case Step::closed:
        return true;
      case Step::finished:
        return false;
    }
    return false;
  }

  const grpc::Status& status() const { return status_; }

 private:
  void write() {
    if (writing_ || closed_) return;
    if (steady_clock::now() >= window_.end) {
      closed_ = true;
      call_->WritesDone(&closed_tag_);
      return;
    }
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

  void take_answers() {
    google::protobuf::Arena arena;
    auto& response = *google::protobuf::Arena::CreateMessage<commands::v1::ExecuteResponse>(&arena);
    grpc::ProtoBufferReader bytes(&reply_);
    if (!response.ParseFromZeroCopyStream(&bytes)) throw std::runtime_error("a stream's answer does not parse");
    const auto now = steady_clock::now();
    for (const auto& result : response.results()) {
      const auto slot = static_cast<std::uint32_t>(result.index()) - first_index;
      if (now >= window_.begin && now < window_.end) count(result, now - sent_at_.at(slot));
      free_.push_back(slot);
    }
  }

  void count(const commands::v1::CommandResult& result, steady_clock::duration took) {
    if (result.has_error()) {
      ++outcome_.failed[std::to_string(result.error().code()) + " " + result.error().message()];
      return;
    }
    ++outcome_.answered;
    outcome_.latency.record(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }

  StreamedCommands& commands_;
  const Window window_;
  Outcome& outcome_;
  std::vector<steady_clock::time_point> sent_at_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> indexes_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> call_;
  grpc::ByteBuffer reply_;
  grpc::Status status_;
  bool writing_ = false;
  bool closed_ = false;
  Tag started_{this, Step::started};
  Tag written_{this, Step::written};
  Tag answered_{this, Step::answered};
  Tag closed_tag_{this, Step::closed};
  Tag finished_{this, Step::finished};
};

/// Polls until every stream has come to its end.
Outcome drive(const Pressure& pressure, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
              StreamedCommands& commands, Window window) {
  Outcome outcome;
  grpc::CompletionQueue queue;
  const auto each = static_cast<std::size_t>(pressure.in_flight) / channels.size();
  std::vector<std::unique_ptr<Stream>> streams;
  for (const auto& channel : channels) {
    streams.push_back(std::make_unique<Stream>(channel, queue, each, commands, window, outcome));
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t open = streams.size(); open > 0 && queue.Next(&tag, &ok);) {
    const auto& told = *static_cast<Tag*>(tag);
    if (!told.stream->take(told.step, ok)) --open;
  }
  for (const auto& stream : streams) {
    if (!stream->status().ok()) throw std::runtime_error("a stream ended with " + stream->status().error_message());
  }
  outcome.seconds = std::chrono::duration<double>(pressure.measured).count();
  return outcome;
}

}  // namespace

Outcome press_streams(const Pressure& pressure, StreamedCommands& commands) {
  const auto channels = connect(pressure);
  const auto start = steady_clock::now();
  const Window window{start + pressure.warm_up, start + pressure.warm_up + pressure.measured};
  auto whole = std::async(std::launch::async, [&] { return drive(pressure, channels, commands, window); });
  std::this_thread::sleep_until(window.begin);
  pressure.on_begin();
  std::this_thread::sleep_until(window.end);
  pressure.on_end();
  return whole.get();
}

}  // namespace keel::bench
