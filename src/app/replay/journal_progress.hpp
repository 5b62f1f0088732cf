#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "app/replay/terminal.hpp"
#include "core/clock.hpp"
#include "replay/tally.hpp"

namespace keel::app {

/// One line of progress: `2026-11-20T22:51:31Z check 37.2% 6771200/18204331 45.3k ev/s eta 4m12s findings=0`.
std::string progress_line(std::string_view what, const replay::Tally& tally, std::chrono::duration<double> since,
                          Timestamp now);

/// Tells people how a long look over the journal comes on while `work` runs: on a terminal one line drawn over and
/// over, elsewhere a line every ten seconds. Watches for SIGINT and SIGTERM, and sets `stopping` when one came.
class JournalProgress {
 public:
  JournalProgress(std::string what, Terminal& terminal) : what_(std::move(what)), terminal_(terminal) {}

  /// Runs it on a thread of its own and returns when it has ended.
  void during(const std::function<void(replay::Tally&, const std::atomic<bool>& stopping)>& work);

  const replay::Tally& tally() const { return tally_; }
  bool interrupted() const { return stopping_; }

 private:
  void tell(std::chrono::steady_clock::time_point began);

  const std::string what_;
  Terminal& terminal_;
  replay::Tally tally_;
  std::atomic<bool> stopping_{false};
};

}  // namespace keel::app
