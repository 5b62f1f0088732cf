#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "actors/call.hpp"
#include "command/call_envelope.hpp"
#include "command/item_request.hpp"
#include "command/result_pages.hpp"
#include "command/stream_desk.hpp"
#include "command/stream_window.hpp"

namespace keel::command {

class StreamItem;

/// One stream of commands: reads messages one after the other while its window is open, submits their commands in
/// order, and writes results one message at a time; what is answered meanwhile goes into the next.
///
/// Every event (a message read or written, an answer, a stop, a cancellation) changes the state under the lock and then
/// calls `advance`, which alone starts gRPC's operations. gRPC runs the reactions of a stream on threads of its own,
/// never inside these operations. Reads and the end are started under the lock, since a read must not start after the
/// end; writes outside, since the end waits for them anyway and they may cost a system call.
///
/// Lives until OnDone, and as long as an item of it is on its way; afterwards it touches nothing of the desk.
class StreamCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<StreamCall> {
 public:
  /// Begins to read.
  static std::shared_ptr<StreamCall> make(const grpc::CallbackServerContext& context, StreamDesk& desk);

  /// Reads no more; ends with UNAVAILABLE/STOPPING when everything that was read is answered and written.
  void stop();

 private:
  friend class StreamItem;
  using Lock = std::unique_lock<std::mutex>;

  StreamCall(const grpc::CallbackServerContext& context, StreamDesk& desk);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // -- reading: one message at a time -----------------------------------------------------------------------------
  void take_message();
  bool let_in(const commands::v1::ExecuteRequest& message);
  void submit(const commands::v1::CommandItem& item, Timestamp now);
  void submit(const commands::v1::CommandItem& item, const std::shared_ptr<StreamItem>& place, Timestamp now);

  // -- answers, from any thread -------------------------------------------------------------------------------------
  void answered(const StreamItem& item, const actors::Answer& answer);
  void refused(const StreamItem& item, const grpc::Status& error, std::string_view outcome);
  void settle(const StreamItem& item, std::size_t result_bytes, Lock& lock);

  // -- under the lock -----------------------------------------------------------------------------------------------
  void end_with(const grpc::Status& status);
  void give_up();
  void advance(Lock& lock);
  void read_next();
  void write_next(Lock& lock);
  void finish();

  const grpc::CallbackServerContext& context_;
  StreamDesk& desk_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const CallEnvelope call_;
  /// The reading thread's alone.
  Envelope envelope_ = call_.view();
  grpc::ByteBuffer in_;

  std::mutex mutex_;
  StreamWindow window_;
  ResultPages results_;
  ResultPages::Page out_;
  bool reading_ = false;
  bool writing_ = false;
  /// How the stream will end, once that is settled; nothing is read any more.
  std::optional<grpc::Status> end_;
  bool given_up_ = false;
  bool finished_ = false;

  std::shared_ptr<StreamCall> self_;
};

}  // namespace keel::command
