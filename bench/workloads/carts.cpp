#include "bench/workloads/carts.hpp"

#include <random>

#include "bench/echo_server.hpp"
#include "bench/request_ids.hpp"
#include "bench/request_template.hpp"
#include "bench/workloads/cart_requests.hpp"
#include "keel/cart/v1/queries.pb.h"

namespace keel::bench {
namespace {

constexpr const char* add_item = "/keel.cart.v1.CartCommandService/AddItem";
constexpr const char* remove_item = "/keel.cart.v1.CartCommandService/RemoveItem";
constexpr const char* get_cart = "/keel.cart.v1.CartQueryService/GetCart";

std::string any_cart(const std::string& prefix) { return std::string(Numbered(prefix, cart_digits).with(0)); }

class SpreadOverCarts final : public Workload {
 public:
  SpreadOverCarts(const std::string& prefix, int carts)
      : cart_(prefix, cart_digits),
        add_(adding_to(any_cart(prefix)), {any_cart(prefix), any_request_id}),
        remove_(removing_from(any_cart(prefix)), {any_cart(prefix), any_request_id}),
        carts_(static_cast<std::uint64_t>(carts)) {}

  std::vector<const char*> methods() const override { return {add_item, remove_item}; }

  Request next() override {
    const std::uint64_t cart = made_ % carts_;
    const bool removes = made_ / carts_ % 2 == 1;
    ++made_;
    return {removes ? 1U : 0U, (removes ? remove_ : add_).with({cart_.with(cart), ids_.next()}), cart};
  }

 private:
  Numbered cart_;
  RequestTemplate add_;
  RequestTemplate remove_;
  RequestIds ids_;
  std::uint64_t carts_;
  std::uint64_t made_ = 0;
};

class FillCarts final : public Workload {
 public:
  FillCarts(const std::string& prefix, int carts, int lines)
      : cart_(prefix, cart_digits),
        add_(adding_to(any_cart(prefix)), {any_cart(prefix), any_request_id, "line-1"}),
        lines_(static_cast<std::uint64_t>(lines)),
        most_(static_cast<std::uint64_t>(carts) * lines_) {}

  std::vector<const char*> methods() const override { return {add_item}; }
  bool ready() override { return made_ < most_; }

  Request next() override {
    const std::string line = "line-" + std::to_string(made_ % lines_);
    const std::uint64_t cart = made_++ / lines_;
    return {0, add_.with({cart_.with(cart), ids_.next(), line}), cart};
  }

 private:
  Numbered cart_;
  RequestTemplate add_;
  RequestIds ids_;
  std::uint64_t lines_;
  std::uint64_t most_;
  std::uint64_t made_ = 0;
};

class ReadCarts final : public Workload {
 public:
  ReadCarts(const std::string& prefix, int carts)
      : cart_(prefix, cart_digits), get_(request(prefix), {any_cart(prefix)}), which_(0, carts - 1) {}

  std::vector<const char*> methods() const override { return {get_cart}; }
  Request next() override { return {0, get_.with({cart_.with(static_cast<std::uint64_t>(which_(random_)))}), 0}; }

 private:
  static cart::v1::GetCartRequest request(const std::string& prefix) {
    cart::v1::GetCartRequest get;
    get.set_cart_id(any_cart(prefix));
    return get;
  }

  Numbered cart_;
  RequestTemplate get_;
  std::minstd_rand random_{7};
  std::uniform_int_distribution<int> which_;
};

class Repeats final : public Workload {
 public:
  Repeats(const std::string& prefix, int count) {
    Numbered cart(prefix, cart_digits);
    const RequestTemplate add(adding_to(any_cart(prefix)), {any_cart(prefix), any_request_id});
    RequestIds ids;
    for (int i = 0; i < count; ++i) {
      bodies_.push_back(add.with({cart.with(static_cast<std::uint64_t>(i)), ids.next()}));
    }
  }
  std::vector<const char*> methods() const override { return {add_item}; }
  Request next() override { return {0, bodies_[at_++ % bodies_.size()], 0}; }

 private:
  std::vector<grpc::ByteBuffer> bodies_;
  std::size_t at_ = 0;
};

class Echo final : public Workload {
 public:
  std::vector<const char*> methods() const override { return {echo_method}; }
  Request next() override { return {0, body_, 0}; }

 private:
  grpc::ByteBuffer body_ = bytes_of(adding_to("00000000-0-0-0000000"));
};

}  // namespace

std::unique_ptr<Workload> spread_over_carts(std::string prefix, int carts) {
  return std::make_unique<SpreadOverCarts>(prefix, carts);
}
std::unique_ptr<Workload> fill_carts(std::string prefix, int carts, int lines) {
  return std::make_unique<FillCarts>(prefix, carts, lines);
}
std::unique_ptr<Workload> read_carts(std::string prefix, int carts) {
  return std::make_unique<ReadCarts>(prefix, carts);
}
std::unique_ptr<Workload> repeats(std::string prefix, int count) { return std::make_unique<Repeats>(prefix, count); }
std::unique_ptr<Workload> echo() { return std::make_unique<Echo>(); }

}  // namespace keel::bench
