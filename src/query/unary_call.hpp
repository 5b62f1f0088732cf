#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "query/query_errors.hpp"
#include "query/raw_messages.hpp"

namespace keel::query {

/// The answer to a unary call: given once, by any thread, or not at all when the client went away first.
class UnaryAnswer final : public grpc::ServerUnaryReactor {
 public:
  /// `out` is written by `answer`, and by nobody after the call is over. `request` names the message that was sent, in
  /// log lines; it outlives everything.
  static std::shared_ptr<UnaryAnswer> make(const grpc::CallbackServerContext& context, std::string_view request,
                                           grpc::ByteBuffer& out);

  void answer(const google::protobuf::MessageLite& reply);
  void fail(const grpc::Status& status);
  bool over() const { return claimed_.load(std::memory_order_relaxed); }

 private:
  UnaryAnswer(const grpc::CallbackServerContext& context, std::string_view request, grpc::ByteBuffer& out)
      : context_(context), request_(request), out_(out) {}
  void tell_failure(const grpc::Status& status) const;
  void OnCancel() override;
  void OnDone() override;
  /// As in command::UnaryCall: short reactions without locks, run where gRPC stands instead of in its executor.
  bool InternalInlineable() override { return true; }

  const grpc::CallbackServerContext& context_;
  const std::string_view request_;
  grpc::ByteBuffer& out_;
  std::shared_ptr<UnaryAnswer> self_;
  /// Claim first, then write: context and reply's buffer die at OnDone, which cannot come before our Finish.
  std::atomic<bool> claimed_{false};
};

/// A unary call whose request was understood. Copies share one answer.
template <class Request>
struct Call {
  std::shared_ptr<const Request> request;
  Timestamp deadline;
  std::shared_ptr<UnaryAnswer> answer;

  const Request* operator->() const { return request.get(); }
};

/// Later than any deadline.
inline constexpr Timestamp never =
    std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::time_point::max());

/// When the client stops waiting; nothing when it said nothing.
std::optional<Timestamp> deadline_of(const grpc::CallbackServerContext& context);

/// Begins a unary call: refuses what has no deadline or does not parse, hands the rest to `handle`, which must not
/// block.
template <class Request, class Handle>
grpc::ServerUnaryReactor* serve(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in,
                                grpc::ByteBuffer& out, Handle handle) {
  auto answer = UnaryAnswer::make(context, Request::descriptor()->full_name(), out);
  auto* reactor = answer.get();
  const auto deadline = deadline_of(context);
  auto request = std::make_shared<Request>();
  if (!deadline) {
    answer->fail(deadline_required());
  } else if (!parse(in, *request)) {
    answer->fail(request_malformed());
  } else {
    handle(Call<Request>{std::move(request), *deadline, std::move(answer)});
  }
  return reactor;
}

}  // namespace keel::query
