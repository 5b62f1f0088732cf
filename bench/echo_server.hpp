#pragma once

#include <string>

namespace keel::bench {

/// The method that the echo answers: the request's bytes come back as they are.
inline constexpr const char* echo_method = "/keel.bench.Echo/Echo";

/// Serves the bare echo on `address` until the process is asked to end. Blocks.
void serve_echo(const std::string& address);

/// Runs `serve_echo` in a child process of this program and waits until it answers. Ends it when destroyed.
class EchoProcess {
 public:
  explicit EchoProcess(std::string address);
  ~EchoProcess();
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;
  int pid() const { return pid_; }
  const std::string& address() const { return address_; }

 private:
  std::string address_;
  int pid_ = -1;
};

}  // namespace keel::bench
