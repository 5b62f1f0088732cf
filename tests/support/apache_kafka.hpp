#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace keel::test {

/// A real Apache Kafka: one KRaft node of a test's own, on a free port, its data in a folder that goes with it.
///
/// It runs from the jars in `$KEEL_KAFKA_HOME`; without them the constructor throws and says what to do, because a test
/// that skips proves nothing. The start takes some 5 s; share one among the tests of a program.
class ApacheKafka {
 public:
  /// `properties`: more lines of server.properties.
  explicit ApacheKafka(std::vector<std::string> properties = {});
  ~ApacheKafka();
  ApacheKafka(const ApacheKafka&) = delete;
  ApacheKafka& operator=(const ApacheKafka&) = delete;

  /// `127.0.0.1:port`, the same after a restart.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// SIGKILL.
  void kill();
  /// Starts it again on the same data, and waits until it answers.
  void start();

 private:
  std::vector<std::string> properties_;
  std::filesystem::path folder_;
  int port_ = 0;
  std::optional<Process> process_;
};

}  // namespace keel::test
