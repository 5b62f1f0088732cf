#include "bench/follower.hpp"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "bench/request_template.hpp"
#include "bench/workloads/carts.hpp"
#include "keel/cart/v1/commands.pb.h"

namespace keel::bench {

using std::chrono::steady_clock;

struct Follower::Call {
  explicit Call(const std::string& cart_id) { request.set_cart_id(cart_id); }
  grpc::ClientContext context;
  cart::v1::GetCartRequest request;
  cart::v1::GetCartResponse response;
  steady_clock::time_point asked = steady_clock::now();
};

Follower::Follower(const std::shared_ptr<grpc::Channel>& query, std::chrono::milliseconds warm_up)
    : stub_(cart::v1::CartQueryService::NewStub(query)), begin_(steady_clock::now() + warm_up) {}

Follower::~Follower() { await_all(); }

void Follower::follow(const std::string& cart_id, const std::string& token) {
  auto call = std::make_shared<Call>(cart_id);
  call->request.add_min_token(token);
  ask(std::move(call), visible_, [this, cart_id] { ask(std::make_shared<Call>(cart_id), plain_, [] {}); });
}

void Follower::ask(std::shared_ptr<Call> call, Outcome& outcome, std::function<void()> after) {
  {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  Call& asked = *call;
  stub_->async()->GetCart(
      &asked.context, &asked.request, &asked.response,
      [this, call = std::move(call), &outcome, after = std::move(after)](grpc::Status status) mutable {
        if (status.ok()) after();
        // The context goes first: the channel must not die in a callback of its own.
        const auto begun = std::exchange(call, nullptr)->asked;
        end_of(begun, status, outcome);
      });
}

void Follower::end_of(steady_clock::time_point asked, const grpc::Status& status, Outcome& outcome) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - asked);
  const std::lock_guard lock(mutex_);
  if (asked >= begin_) {
    if (status.ok()) {
      ++outcome.answered;
      outcome.latency.record(took.count());
    } else {
      ++outcome.failed[std::to_string(status.error_code()) + " " + status.error_message()];
    }
  }
  --under_way_;
  changed_.notify_all();
}

void Follower::await_all() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return under_way_ == 0; });
}

Outcome Follower::of_length(Outcome outcome, std::chrono::milliseconds measured) {
  outcome.seconds = std::chrono::duration<double>(measured).count();
  return outcome;
}

namespace {

class FollowedCarts final : public Workload {
 public:
  FollowedCarts(const std::string& prefix, int carts, int every, Follower& follower)
      : inner_(spread_over_carts(prefix, carts)), cart_(prefix, cart_digits), every_(every), follower_(follower) {}

  std::vector<const char*> methods() const override { return inner_->methods(); }
  Request next() override { return inner_->next(); }
  void completed(const Answer& answer) override {
    if (!answer.ok || ++answered_ % every_ != 0) return;
    cart::v1::AddItemResponse response;  // version and token stand in the same fields of every response
    if (response.ParseFromString(text_of(answer.reply))) {
      follower_.follow(std::string(cart_.with(answer.key)), response.token());
    }
  }

 private:
  std::unique_ptr<Workload> inner_;
  Numbered cart_;
  int every_;
  int answered_ = 0;
  Follower& follower_;
};

}  // namespace

std::unique_ptr<Workload> followed_carts(const std::string& prefix, int carts, int every, Follower& follower) {
  return std::make_unique<FollowedCarts>(prefix, carts, every, follower);
}

}  // namespace keel::bench
