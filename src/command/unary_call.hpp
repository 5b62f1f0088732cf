#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "actors/call.hpp"
#include "command/method.hpp"
#include "core/uuid.hpp"

namespace keel::command {

/// One unary call, answered exactly once: by the engine from any thread, by the edge, or by its cancellation, whoever
/// claims it first. Later answers are ignored.
///
/// Claim first, then write: request, response and context die at OnDone, and OnDone cannot come before our Finish.
/// Lives until OnDone, and as long as somebody holds it to answer.
class UnaryCall final : public grpc::ServerUnaryReactor, public actors::AnswerPort {
 public:
  static std::shared_ptr<UnaryCall> make(grpc::CallbackServerContext& context, grpc::ByteBuffer& response,
                                         const Method& method, const Uuid& incarnation);

  void answer(actors::Answer answer) override;
  /// The edge itself says no; `outcome` is for the metrics.
  void refuse(const grpc::Status& status, std::string_view outcome);

 private:
  UnaryCall(grpc::CallbackServerContext& context, grpc::ByteBuffer& response, const Method& method,
            const Uuid& incarnation);

  bool claim() { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void accept(const actors::Accepted& accepted);
  void finish(const grpc::Status& status);
  void OnCancel() override;
  void OnDone() override;
  /// Our reactions are short and take no lock, so gRPC may run them where it stands. By default it hands every OnDone
  /// to a thread of its own, which costs a call about a fifth of its CPU.
  bool InternalInlineable() override { return true; }

  grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& response_;
  const Method& method_;
  const Uuid& incarnation_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  int code_ = 0;
  std::atomic<bool> claimed_{false};
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace keel::command
