#include "command/unary_call.hpp"

#include <grpcpp/server_context.h>

#include <utility>

#include "command/failure_line.hpp"
#include "command/response.hpp"
#include "command/status.hpp"

namespace keel::command {

std::shared_ptr<UnaryCall> UnaryCall::make(grpc::CallbackServerContext& context, grpc::ByteBuffer& response,
                                           const Method& method, const Uuid& incarnation) {
  std::shared_ptr<UnaryCall> call(new UnaryCall(context, response, method, incarnation));
  call->self_ = call;
  return call;
}

UnaryCall::UnaryCall(grpc::CallbackServerContext& context, grpc::ByteBuffer& response, const Method& method,
                     const Uuid& incarnation)
    : context_(context), response_(response), method_(method), incarnation_(incarnation) {
  method_.calls->started();
}

void UnaryCall::answer(actors::Answer answer) {
  if (!claim()) return;
  method_.count(outcome_of(answer));
  if (const auto* const accepted = std::get_if<actors::Accepted>(&answer)) return accept(*accepted);
  finish(status_of(answer, method_.kind->context));
}

void UnaryCall::accept(const actors::Accepted& accepted) {
  if (accepted.deduplicated) context_.AddTrailingMetadata("keel-deduplicated", "true");
  response_ = response_of(accepted, method_.kind->context, incarnation_);
  finish(grpc::Status::OK);
}

void UnaryCall::refuse(const grpc::Status& status, std::string_view outcome) {
  if (!claim()) return;
  method_.count(outcome);
  finish(status);
}

void UnaryCall::finish(const grpc::Status& status) {
  code_ = status.error_code();
  if (!status.ok()) tell_failure(method_.name(), status, context_);
  Finish(status);
}

void UnaryCall::OnCancel() { refuse(grpc::Status::CANCELLED, "cancelled"); }

void UnaryCall::OnDone() {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
  method_.calls->ended(code_, taken.count());
  const auto last = std::move(self_);
}

}  // namespace keel::command
