#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "ops/metrics.hpp"

namespace grpc {
class Service;
class Channel;
}  // namespace grpc

namespace keel::ops {

struct GrpcTls {
  /// PEM files. `client_ca_file` set: clients must show a certificate that it signed (mTLS).
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;
};

struct GrpcOptions {
  /// `host:port` or `unix:PATH`; port 0 takes a free one.
  std::string listen = "127.0.0.1:50051";
  /// A larger request gets `RESOURCE_EXHAUSTED` from gRPC itself.
  int max_message_bytes = 1 << 20;
  int max_metadata_bytes = 8192;
  std::chrono::milliseconds keepalive_time{60'000};
  std::chrono::milliseconds keepalive_timeout{20'000};
  /// Clients that ping more often are sent away.
  std::chrono::milliseconds min_ping_interval{10'000};
  bool reflection = true;
  /// Absent: plain text, for loopback and behind a front that terminates TLS.
  std::optional<GrpcTls> tls;
};

/// A gRPC server as every process of Keel runs it: health per service, reflection, limits, metrics
/// (`grpc_server_call_started_total`, `grpc_server_call_duration_seconds`, `keel_grpc_in_flight_calls` by method;
/// methods that we do not serve count as `other`), and an address of its own (no SO_REUSEPORT: two processes never
/// share a port unnoticed).
///
/// Starts NOT_SERVING; say `serving(true)` when the process can do its work.
class GrpcServer {
 public:
  /// Listens. A fault when the address is taken or a TLS file cannot be read, saying which and what to do. The services
  /// outlive the server.
  static Result<std::unique_ptr<GrpcServer>> start(const GrpcOptions& options,
                                                   const std::vector<grpc::Service*>& services,
                                                   Metrics& metrics = ops::metrics());
  /// As `shutdown` with no grace.
  ~GrpcServer();

  /// Health of the whole (`""`) and of every service.
  void serving(bool yes);
  /// Health of one service by its full name.
  void serving(std::string_view service, bool yes);

  /// Ends the streams of services that are `EndsStreams`, stops listening, lets running calls end for at most `grace`,
  /// then cancels them; returns when none is left. Other open streams (a client's Health/Watch too) use up the whole
  /// grace. Once; later calls do nothing.
  void shutdown(std::chrono::milliseconds grace);

  /// The port listened on; 0 for a unix socket.
  int port() const;
  /// A channel inside the process, without a socket (tests, the process's own use).
  std::shared_ptr<grpc::Channel> channel_inside();

 private:
  struct Running;
  explicit GrpcServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace keel::ops
