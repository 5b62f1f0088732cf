#pragma once

namespace keel::app {

/// Hears SIGINT and SIGTERM while long work is done: the first is for the work to end at its next checkpoint, the
/// second ends the process at once with 130. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Any thread.
  bool asked() const;
};

}  // namespace keel::app
