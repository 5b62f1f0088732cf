#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace keel::testing {

/// What came back from a call.
struct RawOutcome {
  grpc::Status status;
  std::string bytes;
  std::multimap<std::string, std::string> trailing;
};

struct RawOptions {
  /// Absent: a call without a deadline.
  std::optional<std::chrono::microseconds> timeout = std::chrono::seconds(20);
  std::vector<std::pair<std::string, std::string>> metadata;
};

std::shared_ptr<grpc::Channel> channel_to(int port);

/// Over TLS, to a server whose certificate names `localhost`; no name is looked up.
std::shared_ptr<grpc::Channel> secure_channel_to(int port, const grpc::SslCredentialsOptions& credentials);

/// A unary call of any bytes to any path, right or wrong.
RawOutcome call(grpc::Channel& channel, const std::string& path, const std::string& bytes,
                const RawOptions& options = {});

/// A server's stream of raw messages, e.g. Health/Watch.
class RawStream {
 public:
  RawStream(grpc::Channel& channel, const std::string& path, const std::string& request);
  ~RawStream();
  /// Waits for the next; nothing at the end.
  std::optional<std::string> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The answer of `grpc.reflection.v1alpha.ServerReflection` to "list services", raw.
std::string reflected_services(grpc::Channel& channel);

/// `grpc.health.v1`: 1 = SERVING, 2 = NOT_SERVING; 0 = the call failed.
int health_of(grpc::Channel& channel, const std::string& service);
std::string health_request(const std::string& service);

}  // namespace keel::testing
