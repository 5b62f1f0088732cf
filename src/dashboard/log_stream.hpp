#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "dashboard/event_hub.hpp"
#include "dashboard/process_client.hpp"

namespace keel::dashboard {

/// The log of a process as server-sent events: `line` with one JSON object each, `missed` with `{"missed":n}` when the
/// client or the process was too fast, `ended` when the process has gone. A thread of its own reads them, so that
/// neither a silent process nor a slow client holds anything up.
class LogStream final : public Stream {
 public:
  /// `place` is one of the hub's, whose stop ends this, too.
  LogStream(std::shared_ptr<const ProcessClient> process, const ops::v1::TailLogsRequest& request, const EventHub& hub,
            std::shared_ptr<void> place);
  ~LogStream() override;

  bool next(std::string& piece) override;

 private:
  void read(const ops::v1::TailLogsRequest& request);
  void take(const ops::v1::TailLogsResponse& answer);

  struct Call;
  const std::shared_ptr<const ProcessClient> process_;
  const EventHub& hub_;
  const std::shared_ptr<void> place_;
  const std::unique_ptr<Call> call_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::int64_t missed_ = 0;
  bool over_ = false;
  std::string trouble_;
  bool told_end_ = false;
  std::thread thread_;
};

}  // namespace keel::dashboard
