#pragma once

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "keel/ops/v1/process.pb.h"
#include "ops/log_tail.hpp"

namespace keel::ops {

/// One client that follows the log. It holds one message at most, the one that is being sent; what is logged meanwhile
/// stays in the tail's ring and is read there when that message is out, as far as it is still kept. Any thread.
class LogStream final : public grpc::ServerWriteReactor<v1::TailLogsResponse> {
 public:
  /// Begins with the latest `backlog` lines of this level and above. The tail outlives it.
  static std::shared_ptr<LogStream> begin(const log::Tail& tail, log::Level least, std::size_t backlog);
  /// Ends at once, with nothing sent.
  static std::shared_ptr<LogStream> refuse(const log::Tail& tail, const grpc::Status& status);

  /// Sends what has come, unless a message is still being sent.
  void look();
  /// Ends it when the message that is being sent is out.
  void end(const grpc::Status& status);

 private:
  LogStream(const log::Tail& tail, log::Level least, std::uint64_t place) : tail_(tail), least_(least), place_(place) {}
  static std::shared_ptr<LogStream> make(const log::Tail& tail, log::Level least, std::uint64_t place);
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void go_on(std::unique_lock<std::mutex> lock);
  bool read_on();

  const log::Tail& tail_;
  const log::Level least_;
  std::mutex mutex_;
  std::shared_ptr<LogStream> self_;
  std::uint64_t place_;
  v1::TailLogsResponse message_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
  bool finished_ = false;
};

/// The clients that follow the log. A thread looks for new lines five times a second, and only while somebody follows:
/// the threads that log must not be held up, and some of them are gRPC's own. Any thread.
class LogStreams {
 public:
  explicit LogStreams(const log::Tail& tail) : tail_(tail) {}
  /// Ends them and joins.
  ~LogStreams();
  LogStreams(const LogStreams&) = delete;
  LogStreams& operator=(const LogStreams&) = delete;

  /// Ends at once with RESOURCE_EXHAUSTED/TOO_MANY_WATCHERS beyond 16 of them, with UNAVAILABLE/STOPPING after `end`.
  std::shared_ptr<LogStream> open(log::Level least, std::size_t backlog);
  std::shared_ptr<LogStream> refuse(const grpc::Status& status) { return LogStream::refuse(tail_, status); }
  void end();

 private:
  void keep_looking();
  std::vector<std::shared_ptr<LogStream>> alive();

  const log::Tail& tail_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::weak_ptr<LogStream>> streams_;
  bool ended_ = false;
  std::thread looker_;
};

}  // namespace keel::ops
