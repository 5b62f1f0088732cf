#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <mutex>
#include <optional>

#include "core/quantities.hpp"

namespace keel::query {

/// A stream that shows the latest of one thing. While the client is slow, newer replaces what was not sent yet, so a
/// stream holds two messages at most and no client slows anybody down. Any thread.
class WatchStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  static std::shared_ptr<WatchStream> make();

  /// Sends this, or keeps it until the message before is sent. Passed over unless its position is beyond the last one.
  void offer(Position position, grpc::ByteBuffer message);
  /// Ends the stream after what was offered is sent.
  void end(const grpc::Status& status);
  /// Ends the stream, with what was not sent yet forgotten.
  void break_off(const grpc::Status& status);
  /// Keeps something alive until the stream is over: what feeds it.
  void hold(std::shared_ptr<void> held);
  bool over() const;

 private:
  WatchStream() = default;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void go_on(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::shared_ptr<WatchStream> self_;
  std::vector<std::shared_ptr<void>> held_;
  Position offered_;
  std::optional<grpc::ByteBuffer> next_;
  grpc::ByteBuffer sending_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
  bool finished_ = false;
};

}  // namespace keel::query
