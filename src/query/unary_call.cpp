#include "query/unary_call.hpp"

#include "ops/call_trace.hpp"
#include "ops/log.hpp"

namespace keel::query {

std::shared_ptr<UnaryAnswer> UnaryAnswer::make(const grpc::CallbackServerContext& context, std::string_view request,
                                               grpc::ByteBuffer& out) {
  std::shared_ptr<UnaryAnswer> answer(new UnaryAnswer(context, request, out));
  answer->self_ = answer;
  return answer;
}

void UnaryAnswer::answer(const google::protobuf::MessageLite& reply) {
  if (claimed_.exchange(true)) return;
  out_ = serialised(reply);
  Finish(grpc::Status::OK);
}

void UnaryAnswer::fail(const grpc::Status& status) {
  if (claimed_.exchange(true)) return;
  if (log::enabled(log::Level::debug)) tell_failure(status);
  Finish(status);
}

void UnaryAnswer::tell_failure(const grpc::Status& status) const {
  log::debug("query", "a query was not answered",
             {{"request", request_},
              {"code", static_cast<int>(status.error_code())},
              {"why", status.error_message()},
              {"trace_id", ops::trace_id_of(context_)}});
}

void UnaryAnswer::OnCancel() { fail(grpc::Status::CANCELLED); }

void UnaryAnswer::OnDone() { const auto last = std::move(self_); }

std::optional<Timestamp> deadline_of(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return {};
  return std::chrono::time_point_cast<std::chrono::microseconds>(deadline);
}

}  // namespace keel::query
