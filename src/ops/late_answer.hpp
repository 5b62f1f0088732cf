#pragma once

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <memory>
#include <utility>

namespace keel::ops {

/// A unary call that is answered later, by any thread, once: whoever comes second, the client's leave included, is
/// ignored. Lives until OnDone, and as long as somebody holds it to answer.
class LateAnswer final : public grpc::ServerUnaryReactor {
 public:
  static std::shared_ptr<LateAnswer> make() {
    std::shared_ptr<LateAnswer> answer(new LateAnswer);
    answer->self_ = answer;
    return answer;
  }

  /// `fill` writes the response and returns the status. Not called when the call is over: the response is gone then.
  template <class Fill>
  void give(Fill fill) {
    if (!claimed_.exchange(true)) Finish(fill());
  }
  void give(const grpc::Status& status) {
    give([&] { return status; });
  }

 private:
  LateAnswer() = default;
  void OnCancel() override { give(grpc::Status::CANCELLED); }
  void OnDone() override { const auto last = std::move(self_); }

  std::shared_ptr<LateAnswer> self_;
  std::atomic<bool> claimed_{false};
};

}  // namespace keel::ops
