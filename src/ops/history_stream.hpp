#pragma once

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "keel/ops/v1/supervision.pb.h"
#include "ops/supervision.hpp"

namespace keel::ops {

/// One client that watches the history. It holds one message at most, the one that is being sent; what happens meanwhile
/// stays in the registry's ring and is read there when that message is out. So a slow client costs no memory, and what
/// the ring has forgotten by then shows as a step in the sequence. Any thread.
class HistoryStream final : public grpc::ServerWriteReactor<v1::WatchSupervisionEventsResponse>,
                            public HistoryListener {
 public:
  /// Sends what comes after this sequence, from the ring at once and then as it happens. The registry outlives it.
  static std::shared_ptr<HistoryStream> begin(SupervisionRegistry& registry, std::uint64_t after);
  /// Ends at once, with nothing sent.
  static std::shared_ptr<HistoryStream> refuse(SupervisionRegistry& registry, const grpc::Status& status);

  /// Ends it when the message that is being sent is out.
  void end(const grpc::Status& status);
  void history_grew() noexcept override;

 private:
  HistoryStream(SupervisionRegistry& registry, std::uint64_t after) : registry_(registry), after_(after) {}
  static std::shared_ptr<HistoryStream> make(SupervisionRegistry& registry, std::uint64_t after);
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void go_on(std::unique_lock<std::mutex> lock);
  bool read_on();

  SupervisionRegistry& registry_;
  std::mutex mutex_;
  std::shared_ptr<HistoryStream> self_;
  std::uint64_t after_;
  v1::WatchSupervisionEventsResponse message_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
  bool finished_ = false;
};

/// The clients that watch, so that all of them end with the server. Any thread.
class HistoryStreams {
 public:
  explicit HistoryStreams(SupervisionRegistry& registry) : registry_(registry) {}

  /// Ends at once with RESOURCE_EXHAUSTED/TOO_MANY_WATCHERS beyond 64 of them, with UNAVAILABLE/STOPPING after `end`.
  std::shared_ptr<HistoryStream> open(std::uint64_t after);
  void end();

 private:
  SupervisionRegistry& registry_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<HistoryStream>> streams_;
  bool ended_ = false;
};

}  // namespace keel::ops
