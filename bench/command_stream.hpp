#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_stream.h>

#include <chrono>
#include <memory>
#include <vector>

#include "bench/stream_driver.hpp"

namespace keel::commands::v1 {
class CommandResult;
}

namespace keel::bench {

/// When answers count, and when the last command is sent.
struct StreamWindow {
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
};

/// One streaming call with its commands under way; all its steps are told to one thread, which polls the queue.
class CommandStream {
 public:
  /// Which operation came to its end.
  enum class Step { started, written, answered, closed, finished };
  struct Tag {
    CommandStream* stream;
    Step step;
  };

  CommandStream(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue, std::size_t in_flight,
                StreamedCommands& commands, StreamWindow window, Outcome& outcome);

  /// False: the stream has come to its end, and `status` says how. An answer that does not parse cancels it.
  bool take(Step step, bool ok);
  const grpc::Status& status() const { return status_; }

 private:
  using Call = grpc::ClientAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

  void write();
  void write_commands();
  void read_on(bool ok);
  void take_answers();
  void count(const commands::v1::CommandResult& result, std::chrono::steady_clock::duration took);

  StreamedCommands& commands_;
  const StreamWindow window_;
  Outcome& outcome_;
  /// By index; an index is free when its last command was answered.
  std::vector<std::chrono::steady_clock::time_point> sent_at_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> indexes_;
  grpc::ClientContext context_;
  std::unique_ptr<Call> call_;
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

}  // namespace keel::bench
