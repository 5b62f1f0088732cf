#include "command/unary_call.hpp"

#include <grpcpp/server_context.h>

#include <utility>

#include "command/response.hpp"
#include "command/status.hpp"

namespace keel::command {

std::shared_ptr<UnaryCall> UnaryCall::make(grpc::CallbackServerContext& context, grpc::ByteBuffer& response,
                                           const Method& method, const Uuid& incarnation) {
  std::shared_ptr<UnaryCall> call(new UnaryCall(context, response, method, incarnation));
  call->self_ = call;
  return call;
}

void UnaryCall::answer(actors::Answer answer) {
  if (!claim()) return;
  method_.count(outcome_of(answer));
  if (const auto* const accepted = std::get_if<actors::Accepted>(&answer)) return accept(*accepted);
  Finish(status_of(answer, method_.kind->context));
}

void UnaryCall::accept(const actors::Accepted& accepted) {
  if (accepted.deduplicated) context_.AddTrailingMetadata("keel-deduplicated", "true");
  response_ = response_of(accepted, method_.kind->context, incarnation_);
  Finish(grpc::Status::OK);
}

void UnaryCall::refuse(const grpc::Status& status, std::string_view outcome) {
  if (!claim()) return;
  method_.count(outcome);
  Finish(status);
}

void UnaryCall::OnCancel() { refuse(grpc::Status::CANCELLED, "cancelled"); }

void UnaryCall::OnDone() { const auto last = std::move(self_); }

}  // namespace keel::command
