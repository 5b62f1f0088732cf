#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "keel/ops/v1/process.pb.h"
#include "ops/log_tail.hpp"
#include "ops/one_message_stream.hpp"

namespace keel::ops {

/// One client that follows the log. What the ring has forgotten before it was sent is counted. Any thread.
class LogStream final : public OneMessageStream<v1::TailLogsResponse> {
 public:
  /// Begins with the latest `backlog` lines of this level and above. The tail outlives it.
  static std::shared_ptr<LogStream> begin(const log::Tail& tail, log::Level least, std::size_t backlog);
  /// Ends at once, with nothing sent.
  static std::shared_ptr<LogStream> refuse(const log::Tail& tail, const grpc::Status& status);

 private:
  LogStream(const log::Tail& tail, log::Level least, std::uint64_t place) : tail_(tail), least_(least), place_(place) {}
  static std::shared_ptr<LogStream> make(const log::Tail& tail, log::Level least, std::uint64_t place);
  bool read_on(v1::TailLogsResponse& message) override;

  const log::Tail& tail_;
  const log::Level least_;
  std::uint64_t place_;
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
