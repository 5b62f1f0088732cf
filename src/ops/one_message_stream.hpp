#pragma once

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace keel::ops {

/// One client of a server stream that reads from a ring. It holds one message at most, the one that is being sent; what
/// comes meanwhile stays in the ring and is read there when that message is out. So a slow client costs no memory.
/// Lives until gRPC is done with it, however long its maker holds it. Any thread.
template <class Message>
class OneMessageStream : public grpc::ServerWriteReactor<Message> {
 public:
  /// Sends what has come, unless a message is still being sent.
  void look() { go_on(std::unique_lock(mutex_)); }

  /// Ends it when the message that is being sent is out.
  void end(const grpc::Status& status) {
    std::unique_lock lock(mutex_);
    if (!end_) end_ = status;
    go_on(std::move(lock));
  }

 protected:
  /// Makes one that holds itself until it is done.
  template <class Stream>
  static std::shared_ptr<Stream> held(std::unique_ptr<Stream> made) {
    std::shared_ptr<Stream> stream(std::move(made));
    static_cast<OneMessageStream&>(*stream).self_ = stream;
    return stream;
  }

 private:
  /// Fills the message, which holds the last one, with what is next; false when there is nothing. Never called twice at
  /// once; under the stream's mutex, so it must not call the stream.
  virtual bool read_on(Message& message) = 0;

  void OnWriteDone(bool ok) final {
    std::unique_lock lock(mutex_);
    writing_ = false;
    if (!ok && !end_) end_ = grpc::Status::CANCELLED;
    go_on(std::move(lock));
  }

  void OnCancel() final { end(grpc::Status::CANCELLED); }

  void OnDone() final {
    std::shared_ptr<OneMessageStream> last;
    const std::lock_guard lock(mutex_);
    last = std::move(self_);
  }

  /// Sends what is next, or ends. gRPC may call back on this very thread, so nothing is started under the lock.
  void go_on(std::unique_lock<std::mutex> lock) {
    if (writing_ || finished_) return;
    if (end_) {
      finished_ = true;
      const grpc::Status status = *end_;
      lock.unlock();
      return this->Finish(status);
    }
    writing_ = read_on(message_);
    if (!writing_) return;
    lock.unlock();
    this->StartWrite(&message_);
  }

  std::mutex mutex_;
  std::shared_ptr<OneMessageStream> self_;
  Message message_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
  bool finished_ = false;
};

}  // namespace keel::ops
