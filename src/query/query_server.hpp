#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "ops/grpc_server.hpp"
#include "query/query_context.hpp"
#include "query/read_model.hpp"

namespace keel::query {

/// The query edge: the read models' services on one gRPC server. It needs the read store only; journal, Kafka and
/// commands may be down.
///
/// Starts NOT_SERVING and turns SERVING once every projection was seen in the read store.
class QueryServer {
 public:
  /// Listens. `more` are services of the process beside the read models'; they outlive the server.
  /// Fault: the address is taken, or a TLS file cannot be read. A read store that cannot be reached is no fault: calls
  /// get `READ_STORE_UNAVAILABLE` until it can.
  static Result<std::unique_ptr<QueryServer>> start(const ops::GrpcOptions& grpc, QueryOptions options,
                                                    std::span<const ReadModel> models,
                                                    const std::vector<grpc::Service*>& more = {});
  /// As `shutdown` with no grace.
  ~QueryServer();

  int port() const { return server_->port(); }
  ops::GrpcServer& server() { return *server_; }
  /// Why queries cannot be answered yet, for /readyz.
  std::optional<std::string> why_not_ready() const { return context_.why_not_ready(); }

  /// How its own threads do.
  std::vector<QueryPart> parts() const { return context_.parts(); }

  /// NOT_SERVING; ends watches and waiting calls with `STOPPING`; lets the rest end for at most `grace`. Once.
  void shutdown(std::chrono::milliseconds grace);

 private:
  QueryServer(QueryOptions options, std::span<const ReadModel> models);
  void tell_when_ready();

  QueryContext context_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<ops::GrpcServer> server_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread readiness_;
};

}  // namespace keel::query
