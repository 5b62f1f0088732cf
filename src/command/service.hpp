#pragma once

#include <grpcpp/impl/service_type.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "actors/call.hpp"
#include "core/clock.hpp"
#include "core/uuid.hpp"
#include "domain/aggregate.hpp"
#include "ops/call_series.hpp"
#include "ops/metrics.hpp"

namespace keel::command {

struct EdgeOptions {
  /// Of the journal: it goes into every token.
  Uuid incarnation;
  /// R: how long receipts are kept (docs/protocol.md, "Answers"). Version 7 request ids older than R − 5 min are
  /// refused.
  std::chrono::seconds retention = std::chrono::hours(24 * 7);
  /// A caller's deadline further away than this counts as this.
  std::chrono::milliseconds longest_deadline{30'000};
  /// The caller is the name that its certificate proves (mTLS), and metadata `keel-caller` is not believed.
  bool authenticated_callers = false;
  Clock clock = system_now;
};

struct Method;

/// One gRPC command service, made from its descriptor: each rpc is read, checked, stamped and handed to the engine, and
/// the engine's answer becomes the response. Knows no context; nothing is generated for it.
///
/// Takes raw bytes, because gRPC answers a request that does not parse with a bare UNIMPLEMENTED before any handler
/// runs; so every bad request gets our typed error. Handlers run on gRPC's threads and never block.
class CommandService final : public grpc::Service, public ops::MeasuresItself {
 public:
  CommandService(std::string full_name, std::vector<std::unique_ptr<const Method>> methods, actors::CommandPort& engine,
                 EdgeOptions options);
  ~CommandService() override;

  /// e.g. `keel.cart.v1.CartCommandService`.
  const std::string& full_name() const { return full_name_; }
  /// Its rpcs, for others who take the same commands (`CommandStreamService`).
  const std::vector<std::unique_ptr<const Method>>& methods() const { return methods_; }
  std::vector<std::string> measured_paths() const override;

 private:
  void serve(int index, const Method& method);

  const std::string full_name_;
  const std::vector<std::unique_ptr<const Method>> methods_;
  actors::CommandPort& engine_;
  const EdgeOptions options_;
};

/// The command services of these aggregates: for each command whose file has a service `…CommandService` with an rpc
/// that takes it. Commands without an rpc are internal and get none. `engine` outlives the services.
///
/// Throws std::logic_error, naming the culprit, when an rpc takes no command of these aggregates, or request or
/// response lack the fields that all contexts share (docs/protocol.md): a context that is put together wrongly must not
/// start.
std::vector<std::unique_ptr<CommandService>> command_services(const std::vector<const domain::AggregateKind*>& kinds,
                                                              actors::CommandPort& engine, const EdgeOptions& options,
                                                              ops::Metrics& metrics = ops::metrics());

}  // namespace keel::command
