#include "demo/buyers.hpp"

#include <utility>

#include "demo/ids.hpp"

namespace keel::demo {
namespace {

constexpr std::size_t one_in = 20;
constexpr std::int64_t price_in_pence = 12'000;

}  // namespace

/// One buyer's way. Its calls share it; the last one to end tells `done`.
struct Buyers::Buyer {
  std::size_t number;
  purchase::v1::BuyRequest request;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  std::mutex mutex;
  /// Of the first answer, to compare the second with.
  std::string reply;
  bool watching = false;
  std::shared_ptr<void> done_when_gone;
};

void Buyers::buy() {
  for_each_at_once(sale_.buyers, sale_.concurrency, Progress("buyers", sale_.buyers),
                   [&](std::size_t number, Done done) { buy_one(number, std::move(done)); });
}

void Buyers::buy_one(std::size_t number, Done done) {
  const auto buyer = std::make_shared<Buyer>();
  buyer->number = number;
  buyer->done_when_gone = std::shared_ptr<void>(nullptr, [done = std::move(done)](void*) { done(); });
  auto& request = buyer->request;
  request.set_purchase_id(run_ + "/" + std::to_string(number));
  request.set_request_id(fresh_uuid());
  request.set_cart_id(cart_id(number));
  request.set_customer_id(run_ + "/customer/" + std::to_string(number));
  request.set_sku(sku());
  request.set_quantity(1);
  request.mutable_unit_price()->set_currency_code("GBP");
  request.mutable_unit_price()->set_minor_units(price_in_pence);
  send(buyer);
  if (number % one_in == 0) send(buyer);
}

void Buyers::send(const std::shared_ptr<Buyer>& buyer) {
  client_.call(*client_.purchases, &purchase::v1::PurchaseCommandService::Stub::async::Buy, buyer->request,
               [this, buyer](const Outcome<purchase::v1::BuyResponse>& outcome) { answered(buyer, outcome); });
}

void Buyers::answered(const std::shared_ptr<Buyer>& buyer, const Outcome<purchase::v1::BuyResponse>& outcome) {
  if (!outcome.status.ok()) return complain(buyer->request.purchase_id() + ": " + text_of(outcome.status));
  told_.accepted.add(std::chrono::steady_clock::now() - buyer->begun);
  const auto reply = outcome.response.SerializeAsString();
  const std::lock_guard lock(buyer->mutex);
  if (!buyer->watching) {
    buyer->watching = true;
    buyer->reply = reply;
    return watch(buyer, outcome.response.token());
  }
  ++told_.duplicates;
  if (reply != buyer->reply) ++told_.differing_replies;
}

void Buyers::watch(const std::shared_ptr<Buyer>& buyer, const std::string& token) {
  watch_purchase(client_, buyer->request.purchase_id(), token, Until::in_cart,
                 [this, buyer](const Verdict& verdict) { decided(*buyer, verdict); });
}

void Buyers::decided(const Buyer& buyer, const Verdict& verdict) {
  told_.decided.add(std::chrono::steady_clock::now() - buyer.begun);
  if (verdict.where() == purchase::v1::PURCHASE_STATUS_IN_CART) {
    ++told_.sold;
    const std::lock_guard lock(mutex_);
    lucky_.insert(buyer.number);
    return;
  }
  if (verdict.where() == purchase::v1::PURCHASE_STATUS_REFUSED && verdict.purchase.reason() == "OUT_OF_STOCK") {
    ++told_.refused;
    return;
  }
  complain(buyer.request.purchase_id() + " came to no good end: " + verdict.purchase.ShortDebugString() + " " +
           text_of(verdict.status));
}

void Buyers::complain(std::string text) {
  const std::lock_guard lock(mutex_);
  complaints_.push_back(std::move(text));
}

}  // namespace keel::demo
