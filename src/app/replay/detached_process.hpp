#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace keel::app {

/// This program once more, in a session of its own (setsid): no terminal's end reaches it, and it lives on when this
/// process ends. It has this one's environment and directory, reads nothing, and writes what it has to say to a file.
class DetachedProcess {
 public:
  /// `arguments`: without the program's name. Fault: no file could be made, or no process started.
  static Result<DetachedProcess> start(const std::vector<std::string>& arguments);

  pid_t pid() const { return pid_; }
  /// Fresh, in the directory for temporary files, readable by this user alone.
  const std::filesystem::path& log() const { return log_; }
  /// Its exit code, or 1 when a signal ended it; nothing while it runs. Does not wait.
  std::optional<int> ended();

 private:
  DetachedProcess(pid_t pid, std::filesystem::path log) : pid_(pid), log_(std::move(log)) {}

  pid_t pid_;
  std::filesystem::path log_;
  std::optional<int> ended_;
};

}  // namespace keel::app
