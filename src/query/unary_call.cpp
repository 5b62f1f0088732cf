#include "query/unary_call.hpp"

namespace keel::query {

std::shared_ptr<UnaryAnswer> UnaryAnswer::make(grpc::ByteBuffer& out) {
  std::shared_ptr<UnaryAnswer> answer(new UnaryAnswer(out));
  answer->self_ = answer;
  return answer;
}

void UnaryAnswer::answer(const google::protobuf::MessageLite& reply) {
  if (claimed_.exchange(true)) return;
  out_ = serialised(reply);
  Finish(grpc::Status::OK);
}

void UnaryAnswer::fail(const grpc::Status& status) {
  if (!claimed_.exchange(true)) Finish(status);
}

void UnaryAnswer::OnCancel() { fail(grpc::Status::CANCELLED); }

void UnaryAnswer::OnDone() { const auto last = std::move(self_); }

std::optional<Timestamp> deadline_of(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return {};
  return std::chrono::time_point_cast<std::chrono::microseconds>(deadline);
}

}  // namespace keel::query
