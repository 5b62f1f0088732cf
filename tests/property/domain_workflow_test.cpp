#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "domain/purchase/purchase_reactor.hpp"
#include "property/domain_market.hpp"

// The purchase workflow against everything that may come between: clients who remove, check out and abandon at any
// moment, holds that end, strangers who touch reservations, lost answers, and crashes that repeat any step.
namespace keel::tests {
namespace {

using cart::Cart;
using inventory::Stock;
using purchase::Purchase;
namespace cv1 = cart::v1;
namespace iv1 = inventory::v1;
namespace pv1 = purchase::v1;

template <class Request>
Request for_cart(const std::string& id) {
  Request request;
  request.set_cart_id(id);
  return request;
}

class Story {
 public:
  explicit Story(std::uint64_t seed) : random_(seed) {
    carts_ = below(4) + 1;
    one_in_euros_ = below(7) + 2;
    one_in_crashes_ = below(3) + 1;
    for (const char* sku : {"s0", "s1"}) receive(sku, static_cast<std::int64_t>(below(6)) + 1);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      act();
      check_stock();
    }
  }

  /// Lets the reactor finish without further disturbance.
  void settle() {
    while (workflow_.step(random_())) check_stock();
  }

  /// Lets every hold end.
  void outlive_all_holds() {
    settle();
    while (workflow_.has_timers()) {
      market_.advance(std::chrono::hours(1));
      workflow_.fire_timer(random_(), false);
      settle();
    }
  }

  void check_everything() const {
    for (const auto& id : market_.ids<Purchase>()) check_purchase(id);
    for (const auto& sku : market_.ids<Stock>()) check_conserved(sku);
  }

  bool all_ended() const {
    const auto ids = market_.ids<Purchase>();
    return std::all_of(ids.begin(), ids.end(), [&](const auto& id) {
      return market_.state<Purchase>(id).status() >= pv1::PURCHASE_STATUS_REFUSED;
    });
  }

  /// Every pair of events that followed one another in a purchase, and "GaveBack" when stock was held for a refused
  /// one.
  void collect_ways(std::set<std::string>& ways) {
    std::map<std::string, std::string> last;
    for (const auto& name : market_.streams_of({"purchase"})) {
      for (const auto& record : market_.stream(name)) {
        const std::string event = record.event->GetDescriptor()->name().substr(std::string("Purchase").size());
        auto& before = last[record.aggregate.id];
        if (!before.empty()) ways.insert(before + " " + event);
        before = event;
      }
    }
    for (const auto& name : market_.streams_of({"inventory"})) {
      for (const auto& record : market_.stream(name)) {
        const auto* reserved = dynamic_cast<const iv1::StockReserved*>(record.event.get());
        if (reserved == nullptr || !reserved->for_purchase()) continue;
        if (last.at(reserved->reservation_id()) == "Refused") ways.insert("GaveBack");
      }
    }
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string one_of(const std::string& prefix, std::uint64_t count) { return prefix + std::to_string(below(count)); }
  const char* any_currency() { return below(one_in_euros_) == 0 ? "EUR" : "GBP"; }
  template <class Lines>
  std::string any_line(const Lines& lines) {
    std::set<std::string> ids;  // a map of protobuf has no order of its own
    for (const auto& [id, line] : lines) ids.insert(id);
    return *std::next(ids.begin(), static_cast<std::ptrdiff_t>(below(ids.size())));
  }
  std::string fresh() { return "client/" + std::to_string(++requests_); }

  void act() {
    switch (below(24)) {
      case 0:
      case 1:
        return buy();
      case 2:
        return receive(one_of("s", 2), static_cast<std::int64_t>(below(3)) + 1);
      case 3:
        return send(for_cart<cv1::CheckOutRequest>(one_of("c", carts_)));
      case 4:
        if (below(3) == 0) send(for_cart<cv1::AbandonRequest>(one_of("c", carts_)));
        return;
      case 5:
        return remove_item();
      case 6:
        return add_item();
      case 7:
        return meddle();
      case 8:
        return market_.advance(std::chrono::seconds(below(6)));
      case 9:
      case 10:
        return workflow_.fire_timer(random_(), below(4) == 0);
      case 11:
        if (below(one_in_crashes_) == 0) workflow_.crash();
        return;
      default:
        workflow_.step(random_());
    }
  }

  template <class Request>
  void send(const Request& request) {
    const auto id = fresh();
    const auto first = market_.execute(request, id);
    if (first.accepted() && below(4) == 0) market_.execute(request, id);
  }

  void receive(const std::string& sku, std::int64_t quantity) {
    iv1::ReceiveStockRequest request;
    request.set_sku(sku);
    request.set_quantity(quantity);
    send(request);
  }

  void buy() {
    pv1::BuyRequest request;
    request.set_purchase_id("p" + std::to_string(below(4) == 0 ? below(purchases_ + 1) : purchases_++));
    request.set_cart_id(one_of("c", carts_));
    request.set_sku(one_of("s", 3));  // s2 is unknown
    request.set_quantity(static_cast<std::int64_t>(below(3)) + 1);
    request.mutable_unit_price()->set_currency_code(any_currency());
    request.set_hold_seconds(static_cast<std::int64_t>(below(20)) + 1);
    send(request);
  }

  void remove_item() {
    auto request = for_cart<cv1::RemoveItemRequest>(one_of("c", carts_));
    const auto& lines = market_.state<Cart>(request.cart_id()).lines();
    const bool by_guess = lines.empty() || below(4) == 0;
    request.set_line_id(by_guess ? one_of("p", purchases_ + 1) : any_line(lines));
    send(request);
  }

  void add_item() {
    auto request = for_cart<cv1::AddItemRequest>(one_of("c", carts_));
    if (below(2) == 0) request.set_line_id(one_of("p", purchases_ + 3));
    request.set_sku("x");
    request.set_quantity(1);
    request.mutable_unit_price()->set_currency_code(any_currency());
    send(request);
  }

  /// A stranger uses the public calls on reservations, some of them purchases'.
  void meddle() {
    const auto act_on = [&](auto request) {
      request.set_sku(one_of("s", 2));
      request.set_reservation_id(one_of("p", purchases_ + 2));
      if constexpr (requires { request.set_quantity(1); }) request.set_quantity(1);
      send(request);
    };
    switch (below(3)) {
      case 0:
        return act_on(iv1::ReserveRequest());
      case 1:
        return act_on(iv1::ConfirmReservationRequest());
      default:
        return act_on(iv1::ReleaseReservationRequest());
    }
  }

  /// Holds in every prefix of the journal, because it is looked at after every step.
  void check_stock() {
    for (const auto& sku : market_.ids<Stock>()) {
      const auto& stock = market_.state<Stock>(sku);
      std::int64_t promised = 0;
      for (const auto& [id, open] : stock.reservations()) promised += open.quantity();
      RC_ASSERT(promised == stock.level().reserved());
      RC_ASSERT(0 <= promised && promised <= stock.level().on_hand());
      RC_ASSERT(stock.level().available() == stock.level().on_hand() - promised);
    }
  }

  bool holds_stock(const std::string& id, const pv1::PurchaseState& purchase) const {
    const auto& open = market_.state<Stock>(purchase.terms().sku()).reservations();
    const auto found = open.find(id);
    return found != open.end() && found->second.for_purchase();
  }

  void check_purchase(const std::string& id) const {
    const auto& purchase = market_.state<Purchase>(id);
    const auto& cart = market_.state<Cart>(purchase.terms().cart_id());
    const auto line = cart.lines().find(id);
    const bool in_cart = line != cart.lines().end() && line->second.has_purchase_id();
    switch (static_cast<int>(purchase.status())) {
      case pv1::PURCHASE_STATUS_IN_CART:
        RC_ASSERT(in_cart && cart.status() == cv1::CART_STATUS_OPEN);
        RC_ASSERT(holds_stock(id, purchase));
        return;
      case pv1::PURCHASE_STATUS_CONFIRMED:
        RC_ASSERT(in_cart && cart.status() == cv1::CART_STATUS_CHECKED_OUT);
        RC_ASSERT(!holds_stock(id, purchase));
        return;
      case pv1::PURCHASE_STATUS_RELEASED:
        RC_ASSERT(!in_cart || cart.status() == cv1::CART_STATUS_ABANDONED);
        RC_ASSERT(!holds_stock(id, purchase));
        return;
      case pv1::PURCHASE_STATUS_REFUSED:
        RC_ASSERT(!in_cart && !holds_stock(id, purchase));
        return;
      default:
        RC_FAIL("stuck or failed");
    }
  }

  /// What came in is there, or was sold to a confirmed purchase, or to a stranger.
  void check_conserved(const std::string& sku) const {
    std::int64_t received = 0, confirmed = 0, sold = 0;
    auto& market = const_cast<Market&>(market_);
    for (const auto& name : market.streams_of({"inventory"})) {
      for (const auto& record : market.stream(name)) {
        if (record.aggregate.id != sku) continue;
        if (const auto* in = dynamic_cast<const iv1::StockReceived*>(record.event.get())) received += in->quantity();
        if (const auto* out = dynamic_cast<const iv1::ReservationConfirmed*>(record.event.get())) {
          confirmed += out->quantity();
        }
      }
    }
    for (const auto& id : market_.ids<Purchase>()) {
      const auto& purchase = market_.state<Purchase>(id);
      if (purchase.terms().sku() == sku && purchase.status() == pv1::PURCHASE_STATUS_CONFIRMED) {
        sold += purchase.terms().quantity();
      }
    }
    const auto& level = market_.state<Stock>(sku).level();
    RC_ASSERT(received == level.available() + level.reserved() + confirmed);
    RC_ASSERT(sold <= confirmed);
  }

  std::mt19937_64 random_;
  Market market_;
  Workflow workflow_{market_, purchase::purchase_reactor()};
  // How crowded, how mixed and how troubled this story is.
  std::uint64_t carts_ = 1;
  std::uint64_t one_in_euros_ = 2;
  std::uint64_t one_in_crashes_ = 1;
  std::uint64_t requests_ = 0;
  std::uint64_t purchases_ = 0;
};

std::uint64_t any_seed() { return *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()); }

RC_GTEST_PROP(PurchaseWorkflow, NeitherLosesNorOversellsNorForgetsStock, ()) {
  Story story(any_seed());
  story.run(500);
  story.settle();
  story.check_everything();
}

RC_GTEST_PROP(PurchaseWorkflow, EndsForEveryoneWhenAllHoldsAreOver, ()) {
  Story story(any_seed());
  story.run(300);
  story.outlive_all_holds();
  story.check_everything();
  RC_ASSERT(story.all_ended());
}

// Stories are worth something only if they go every way there is, the rare ones too, and no other way.
TEST(PurchaseWorkflow, GoesEveryWayAndNoOther) {
  std::set<std::string> ways;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(seed);
    Story story(seed);
    story.run(400);
    story.outlive_all_holds();
    ASSERT_NO_THROW(story.check_everything());
    story.collect_ways(ways);
  }
  EXPECT_EQ(ways,
            (std::set<std::string>{"Requested Reserved", "Requested Refused", "Reserved PlacedInCart",
                                   "Reserved LeftCart", "Reserved CheckedOut", "PlacedInCart LeftCart",
                                   "PlacedInCart CheckedOut", "PlacedInCart Expired", "Expired LeftCart",
                                   "Expired CheckedOut", "LeftCart Released", "CheckedOut Confirmed", "GaveBack"}));
}

TEST(PurchaseWorkflow, KeepsAnItemOutThatWasTurnedAwayWhenThePutIsRepeated) {
  Market market;
  auto item = for_cart<cv1::AddItemRequest>("c");
  item.set_line_id("L");
  item.set_quantity(1);
  item.mutable_unit_price()->set_currency_code("GBP");
  auto put = for_cart<cv1::PutPurchaseRequest>("c");
  put.set_purchase_id("P");
  put.set_quantity(1);
  put.mutable_unit_price()->set_currency_code("EUR");
  auto removal = for_cart<cv1::RemoveItemRequest>("c");
  removal.set_line_id("L");

  market.execute(item, "1");
  EXPECT_TRUE(market.execute(put, "put").accepted()) << "turned away, for good, and stored";
  market.execute(removal, "2");
  EXPECT_TRUE(market.execute(put, "put").accepted());
  EXPECT_EQ(market.count("PurchaseTurnedAway"), 1);
  EXPECT_TRUE(market.state<Cart>("c").lines().empty()) << "now it would fit; its stock may be gone";
}

}  // namespace
}  // namespace keel::tests
