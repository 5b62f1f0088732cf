#include "bench/workloads/watched_carts.hpp"

#include <optional>
#include <random>
#include <unordered_map>
#include <utility>

#include "bench/request_template.hpp"
#include "bench/workloads/carts.hpp"
#include "keel/cart/v1/commands.pb.h"
#include "keel/cart/v1/queries.pb.h"

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr const char* get_cart = "/keel.cart.v1.CartQueryService/GetCart";
constexpr const char* list_carts = "/keel.cart.v1.CartQueryService/ListCarts";
constexpr std::uint64_t listed_every = 10;

template <class Response>
std::optional<Response> parsed(const grpc::ByteBuffer& reply) {
  Response response;
  if (!response.ParseFromString(text_of(reply))) return std::nullopt;
  return response;
}

class ToldCarts final : public Workload {
 public:
  ToldCarts(const std::string& prefix, int carts, VisibilityCheck& check)
      : inner_(spread_over_carts(prefix, carts)), check_(check) {}

  std::vector<const char*> methods() const override { return inner_->methods(); }
  Request next() override { return inner_->next(); }
  void completed(const Answer& answer) override {
    if (!answer.ok) return;
    // version and token stand in the same fields of every response
    const auto response = parsed<cart::v1::AddItemResponse>(answer.reply);
    if (!response) return check_.unreadable();
    check_.stored(answer.key, response->version(), response->token());
  }

 private:
  std::unique_ptr<Workload> inner_;
  VisibilityCheck& check_;
};

class CheckedReads final : public Workload {
 public:
  CheckedReads(const std::string& prefix, int carts, const std::string& customer, VisibilityCheck& check,
               SwitchWatch& watch)
      : cart_(prefix, cart_digits),
        get_(getting(std::string(cart_.with(0))), {std::string(cart_.with(0))}),
        list_(bytes_of(listing(customer))),
        which_(0, static_cast<std::uint64_t>(carts) - 1),
        check_(check),
        watch_(watch) {}

  std::vector<const char*> methods() const override { return {get_cart, list_carts}; }

  Request next() override {
    const bool lists = made_ % listed_every == 0;
    const auto cart = which_(random_);
    asked_[made_] = {lists, cart, steady_clock::now()};
    return {lists ? 1U : 0U, lists ? list_ : get_.with({cart_.with(cart)}), made_++};
  }

  void completed(const Answer& answer) override {
    const auto asked = asked_.extract(answer.key).mapped();
    if (!answer.ok) return;
    if (asked.lists) return take_list(answer, asked);
    take_cart(answer, asked);
  }

 private:
  struct Asked {
    bool lists = false;
    std::uint64_t cart = 0;
    steady_clock::time_point at;
  };

  void take_list(const Answer& answer, const Asked& asked) {
    const auto found = parsed<cart::v1::ListCartsResponse>(answer.reply);
    if (!found) return check_.unreadable();
    watch_.take(*found, asked.at);
  }
  void take_cart(const Answer& answer, const Asked& asked) {
    const auto found = parsed<cart::v1::GetCartResponse>(answer.reply);
    if (!found || found->as_of().tokens_size() != 1) return check_.unreadable();
    check_.answered(asked.cart, found->cart().version(), found->as_of().tokens(0), asked.at);
  }

  static cart::v1::GetCartRequest getting(const std::string& cart_id) {
    cart::v1::GetCartRequest request;
    request.set_cart_id(cart_id);
    return request;
  }
  static cart::v1::ListCartsRequest listing(const std::string& customer) {
    cart::v1::ListCartsRequest request;
    request.set_customer_id(customer);
    return request;
  }

  Numbered cart_;
  RequestTemplate get_;
  grpc::ByteBuffer list_;
  std::minstd_rand random_{7};
  std::uniform_int_distribution<std::uint64_t> which_;
  VisibilityCheck& check_;
  SwitchWatch& watch_;
  std::unordered_map<std::uint64_t, Asked> asked_;
  std::uint64_t made_ = 0;
};

}  // namespace

std::unique_ptr<Workload> told_carts(const std::string& prefix, int carts, VisibilityCheck& check) {
  return std::make_unique<ToldCarts>(prefix, carts, check);
}

std::unique_ptr<Workload> checked_reads(const std::string& prefix, int carts, const std::string& customer,
                                        VisibilityCheck& check, SwitchWatch& watch) {
  return std::make_unique<CheckedReads>(prefix, carts, customer, check, watch);
}

}  // namespace keel::bench
