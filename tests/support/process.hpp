#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace keel::test {

/// A program that a test starts, watches and kills. Killed (SIGKILL) and reaped when dropped.
class Process {
 public:
  struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    /// Beside this process's own environment.
    std::map<std::string, std::string> environment;
    /// Standard output and error go there, appended.
    std::filesystem::path log;
  };

  static Process start(const Command& command);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  /// Waits for the end: the exit code, or 128 + the signal's number. Nothing when it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);
  /// SIGKILL, and waits.
  void kill_hard();

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

/// Asks until it holds or the time is over; says whether it held.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = std::chrono::seconds(30));

/// A TCP port of the loopback that nobody listens on now.
int free_port();
/// Whether somebody could listen on this port of the loopback address now.
bool is_free(int port);

/// An HTTP GET on the loopback: status code, 0 when nobody answered; and the body.
struct HttpAnswer {
  int status = 0;
  std::string body;
};
HttpAnswer http_get(int port, const std::string& path);

}  // namespace keel::test
