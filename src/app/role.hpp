#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/configuration.hpp"
#include "app/process.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "ops/grpc_server.hpp"
#include "ops/permissions.hpp"
#include "ops/status_server.hpp"

namespace keel::app {

/// What every long-running role shares: signals, logs, crash points, and the status server, which answers from the
/// first moment on and says why the process is not ready yet.
class Role {
 public:
  /// Fault: the status address is taken. `name` is the section of the configuration, too. Throws `ConfigurationError`
  /// for settings of logs or `ops` that make no sense.
  static Result<std::unique_ptr<Role>> start(const Configuration& configuration, std::string name);

  const Configuration& configuration() const { return configuration_; }
  const std::string& name() const { return name_; }
  const StopSignal& stop_signal() const { return stop_signal_; }

  /// Of this run of the process.
  const Uuid& id() const { return id_; }
  Timestamp started_at() const { return started_at_; }
  /// What people may do to it over gRPC.
  const ops::Permissions& permissions() const { return permissions_; }

  /// A condition of readiness, asked at every probe.
  void ready_when(std::string name, ops::WhyNot why_not) { ready_.add(std::move(name), std::move(why_not)); }

  /// Empty when it is ready. Not after `end_status`.
  std::vector<ops::UnmetCondition> unmet_conditions() const { return ready_.unmet(); }
  /// `host:port` of the status server.
  std::string status_address() const;

  /// Stops answering probes. Before anything goes that a condition of readiness asks.
  void end_status() { status_.reset(); }

  /// Tries until it goes well, with growing pauses; says in the log and in /readyz what is missing, where, and what to
  /// do. False when the process was asked to end meanwhile.
  bool insist(std::string_view what, const std::function<Result<Done>()>& attempt);

  /// Where its gRPC listens: `<role>.grpc_listen` when there is such a setting, else `<role>.listen`.
  std::string grpc_listen() const;
  /// The gRPC options of this role's section.
  ops::GrpcOptions grpc_options() const;

 private:
  Role(const Configuration& configuration, std::string name);
  void missing(std::string why);

  const Configuration& configuration_;
  const std::string name_;
  const Uuid id_;
  const Timestamp started_at_;
  const ops::Permissions permissions_;
  const StopSignal stop_signal_;
  ops::Checks alive_;
  ops::Checks ready_;
  mutable std::mutex mutex_;
  /// Why the start has not come through yet.
  std::string missing_ = "starting";
  std::unique_ptr<ops::StatusServer> status_;
};

/// `host:port` by which others reach what listens at `listen` (whose port may be 0) and got this port: an address that
/// stands for all of the machine's becomes the machine's name.
std::string reachable_address(const std::string& listen, int port);

/// Prints a fault for people, and answers the exit code of it. For roles that cannot start.
[[nodiscard]] Exit complain(std::string_view role, const Fault& fault);

/// The version of this build, as `keel version` and /version tell it.
std::string_view version();

}  // namespace keel::app
