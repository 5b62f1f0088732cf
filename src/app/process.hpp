#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace keel::app {

/// Waits for SIGTERM or SIGINT, which it blocks in every thread started after it was made. A second signal ends the
/// process at once with exit code 1.
class StopSignal {
 public:
  StopSignal();
  /// Blocks until asked to end, or until `also()` says so (asked every 100 ms; e.g. a fatal fault inside).
  void wait(const std::function<bool()>& also = [] { return false; }) const;
  /// Whether a signal is waiting now.
  bool asked() const;
  /// Asks this process to end, as SIGTERM from outside does. Any thread.
  static void raise();
};

/// For `StopSignal::wait`: does this at once and then twice a second, and never asks to end.
std::function<bool()> now_and_then(std::function<void()> work);

/// Ends the process with exit code 1 when it still lives after `grace`: a stop that hangs must not hang for ever.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::milliseconds grace);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// This machine's name.
std::string host_name();

/// "host:pid": this process's name for people.
std::string process_name();

}  // namespace keel::app
