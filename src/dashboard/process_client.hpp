#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "keel/ops/v1/process.pb.h"
#include "keel/ops/v1/supervision.pb.h"

namespace grpc {
class ClientContext;
class Status;
template <class Message>
class ClientReaderInterface;
}  // namespace grpc

namespace keel::dashboard {

/// Asks one process by `keel.ops.v1`. Each call blocks for at most `patience`, then it is DEADLINE_EXCEEDED. Any
/// thread.
class ProcessClient {
 public:
  /// `token` is sent with what changes something; empty: nothing is.
  ProcessClient(const std::string& address, std::string token, std::chrono::milliseconds patience);
  ~ProcessClient();
  ProcessClient(const ProcessClient&) = delete;
  ProcessClient& operator=(const ProcessClient&) = delete;

  // -- looking -----------------------------------------------------------------------------------------------
  grpc::Status process(ops::v1::GetProcessResponse& answer) const;
  grpc::Status configuration(ops::v1::GetConfigurationResponse& answer) const;
  grpc::Status tree(const ops::v1::GetSupervisionTreeRequest& request,
                    ops::v1::GetSupervisionTreeResponse& answer) const;
  grpc::Status events(const ops::v1::ListSupervisionEventsRequest& request,
                      ops::v1::ListSupervisionEventsResponse& answer) const;
  grpc::Status actor(const ops::v1::GetActorRequest& request, ops::v1::GetActorResponse& answer) const;
  /// Goes on until the context is cancelled, whatever the patience.
  using LogReader = grpc::ClientReaderInterface<ops::v1::TailLogsResponse>;
  std::unique_ptr<LogReader> tail_logs(grpc::ClientContext& context, const ops::v1::TailLogsRequest& request) const;

  // -- changing ----------------------------------------------------------------------------------------------
  grpc::Status control(const ops::v1::ControlActorRequest& request) const;
  grpc::Status set_log_level(const ops::v1::SetLogLevelRequest& request) const;
  grpc::Status drain(const ops::v1::DrainProcessRequest& request) const;

 private:
  struct Stubs;
  const std::unique_ptr<const Stubs> stubs_;
  const std::string token_;
  const std::chrono::milliseconds patience_;
};

/// The clients of all processes, by address: connections are kept. Any thread.
class ProcessClients {
 public:
  ProcessClients(std::string token, std::chrono::milliseconds patience)
      : token_(std::move(token)), patience_(patience) {}

  std::shared_ptr<const ProcessClient> at(const std::string& address);
  /// Forgets all but these.
  template <class Addresses>
  void keep(const Addresses& addresses) {
    const std::lock_guard lock(mutex_);
    std::erase_if(clients_, [&](const auto& client) { return !addresses.contains(client.first); });
  }

 private:
  const std::string token_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ProcessClient>> clients_;
};

}  // namespace keel::dashboard
