#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "keel/ops/v1/supervision.pb.h"
#include "ops/one_message_stream.hpp"
#include "ops/supervision.hpp"

namespace keel::ops {

/// One client that watches the history. What the ring has forgotten before it was sent shows as a step in the sequence.
/// Any thread.
class HistoryStream final : public OneMessageStream<v1::WatchSupervisionEventsResponse>, public HistoryListener {
 public:
  /// Sends what comes after this sequence, from the ring at once and then as it happens. The registry outlives it.
  static std::shared_ptr<HistoryStream> begin(SupervisionRegistry& registry, std::uint64_t after);
  /// Ends at once, with nothing sent.
  static std::shared_ptr<HistoryStream> refuse(SupervisionRegistry& registry, const grpc::Status& status);

  void history_grew() noexcept override { look(); }

 private:
  HistoryStream(SupervisionRegistry& registry, std::uint64_t after) : registry_(registry), after_(after) {}
  static std::shared_ptr<HistoryStream> make(SupervisionRegistry& registry, std::uint64_t after);
  bool read_on(v1::WatchSupervisionEventsResponse& message) override;

  SupervisionRegistry& registry_;
  std::uint64_t after_;
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
