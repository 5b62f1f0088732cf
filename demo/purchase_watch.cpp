#include "demo/purchase_watch.hpp"

#include <memory>
#include <utility>

namespace keel::demo {
namespace {

using purchase::v1::PurchaseStatus;
using purchase::v1::WatchPurchaseRequest;
using purchase::v1::WatchPurchaseResponse;

/// One watch with all its resumptions.
struct Watch {
  Client& client;
  WatchPurchaseRequest request;
  Until until;
  std::function<void(Verdict)> done;
  std::chrono::steady_clock::time_point give_up = std::chrono::steady_clock::now() + Client::patience;
};

void open(std::shared_ptr<Watch> watch);

/// One stream. Owns itself until OnDone.
class Stream final : public grpc::ClientReadReactor<WatchPurchaseResponse> {
 public:
  explicit Stream(std::shared_ptr<Watch> watch) : watch_(std::move(watch)) {
    watch_->client.purchase_views->async()->WatchPurchase(&context_, &watch_->request, this);
    StartRead(&response_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    verdict_.purchase = std::move(*response_.mutable_purchase());
    if (has_come(verdict_.where(), watch_->until)) return context_.TryCancel();
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<Stream> last(this);
    if (has_come(verdict_.where(), watch_->until)) return watch_->done(std::move(verdict_));
    const auto delay = status.ok() ? std::chrono::milliseconds(10) : retry_after(status);
    if (delay && std::chrono::steady_clock::now() + *delay < watch_->give_up) {
      return watch_->client.later().after(*delay, [watch = watch_] { open(watch); });
    }
    verdict_.status = status.ok() ? grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "no end in sight") : status;
    watch_->done(std::move(verdict_));
  }

 private:
  std::shared_ptr<Watch> watch_;
  grpc::ClientContext context_;
  WatchPurchaseResponse response_;
  Verdict verdict_;
};

void open(std::shared_ptr<Watch> watch) { new Stream(std::move(watch)); }

}  // namespace

bool has_come(PurchaseStatus status, Until until) {
  switch (status) {
    case purchase::v1::PURCHASE_STATUS_REFUSED:
    case purchase::v1::PURCHASE_STATUS_RELEASED:
    case purchase::v1::PURCHASE_STATUS_CONFIRMED:
    case purchase::v1::PURCHASE_STATUS_FAILED:
      return true;
    case purchase::v1::PURCHASE_STATUS_IN_CART:
    case purchase::v1::PURCHASE_STATUS_EXPIRING:
    case purchase::v1::PURCHASE_STATUS_CONFIRMING:
      return until == Until::in_cart;
    default:
      return false;
  }
}

void watch_purchase(Client& client, std::string purchase_id, std::string token, Until until,
                    std::function<void(Verdict)> done) {
  auto watch = std::make_shared<Watch>(Watch{client, {}, until, std::move(done)});
  watch->request.set_purchase_id(std::move(purchase_id));
  if (!token.empty()) watch->request.add_min_token(std::move(token));
  open(std::move(watch));
}

}  // namespace keel::demo
