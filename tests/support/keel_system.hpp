#pragma once

#include <grpcpp/channel.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/postgres_cluster.hpp"
#include "support/process.hpp"

namespace keel::test {

/// The built `keel` as a user runs it: a PostgreSQL with fsync on, a broker, and one process a role, each of which a
/// test may kill, pause and start again. Everything ends with the object.
class KeelSystem {
 public:
  struct Options {
    /// Empty: `keel broker`. Else the bootstrap address of a real Kafka.
    std::string brokers;
    /// Another binary of the same build than `keel`.
    std::string program = "keel";
    /// Further settings for every process, as environment: `KEEL_JOURNAL__BATCH` …
    std::map<std::string, std::string> environment;
  };

  KeelSystem() : KeelSystem(Options{}) {}
  /// Makes databases, broker and topics. Starts no role yet.
  explicit KeelSystem(const Options& options);
  ~KeelSystem();

  /// What is started and run from now on is another binary of the same build.
  void use(const std::string& program) { options_.program = program; }

  /// Starts a role and waits until /readyz says 200; throws with the end of its log when it does not.
  void start(const std::string& role, const std::map<std::string, std::string>& environment = {});
  /// Starts it and does not wait. `instance` tells several processes of one role apart.
  Process& launch(const std::string& role, const std::map<std::string, std::string>& environment = {},
                  const std::string& instance = "");
  bool await_ready(const std::string& role, std::chrono::milliseconds limit = std::chrono::seconds(30),
                   const std::string& instance = "");
  Process& process(const std::string& role, const std::string& instance = "");
  void kill(const std::string& role) { process(role).kill_hard(); }
  /// SIGTERM, and its exit code.
  std::optional<int> stop(const std::string& role, std::chrono::milliseconds limit = std::chrono::seconds(15));

  /// Runs the binary to its end with the system's settings: exit code and all that it printed.
  struct Ran {
    int code = -1;
    std::string output;
  };
  Ran run(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {});
  /// Starts the binary with these arguments and does not wait; `name` is for `process` and `log_of`.
  Process& begin(const std::string& name, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment = {});

  std::shared_ptr<grpc::Channel> channel(const std::string& role, const std::string& instance = "");
  int grpc_port(const std::string& role, const std::string& instance = "") { return ports(role, instance).grpc; }
  int status_port(const std::string& role, const std::string& instance = "");
  std::string log_of(const std::string& role, const std::string& instance = "") const;

  Cluster& cluster() { return cluster_; }
  const Database& journal() const { return journal_; }
  const Database& read_store() const { return read_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  struct Ports {
    int grpc = 0;
    int status = 0;
  };
  Ports& ports(const std::string& role, const std::string& instance);
  std::map<std::string, std::string> environment_of(const std::string& role, const std::string& instance);

  Options options_;
  std::filesystem::path folder_;
  Cluster cluster_;
  Database journal_;
  Database read_;
  std::map<std::string, Ports> ports_;
  std::map<std::string, Process> processes_;
};

}  // namespace keel::test
