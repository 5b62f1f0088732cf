#include <algorithm>
#include <string>
#include <utility>

#include "domain/checked.hpp"
#include "domain/purchase/purchase.hpp"
#include "domain/shape.hpp"

namespace keel::purchase {
namespace {

using domain::Refusal;
using domain::refuse;

bool is(const v1::PurchaseState& purchase, std::initializer_list<v1::PurchaseStatus> statuses) {
  return std::find(statuses.begin(), statuses.end(), purchase.status()) != statuses.end();
}

/// The cart has not said its final word yet.
bool up_to_the_cart(const v1::PurchaseState& purchase) {
  return is(purchase, {v1::PURCHASE_STATUS_RESERVED, v1::PURCHASE_STATUS_IN_CART, v1::PURCHASE_STATUS_EXPIRING});
}

Refusal out_of_step(const v1::PurchaseState& purchase) {
  if (purchase.status() == v1::PURCHASE_STATUS_UNSPECIFIED) {
    return refuse("PURCHASE_UNKNOWN", "there is no such purchase");
  }
  const std::string status = v1::PurchaseStatus_Name(purchase.status());
  return refuse("PURCHASE_OUT_OF_STEP", "the purchase is at " + status, {{"status", status}});
}

Refusal not_yet_due(Timestamp due_at, std::string message) {
  return refuse("NOT_YET_DUE", std::move(message), {{"due_at", std::to_string(due_at.time_since_epoch().count())}});
}

v1::PurchaseTerms terms_of(const v1::BuyRequest& command, const Stamp& stamp) {
  v1::PurchaseTerms terms;
  terms.set_cart_id(command.cart_id());
  if (command.has_customer_id()) terms.set_customer_id(command.customer_id());
  terms.set_sku(command.sku());
  terms.set_quantity(command.quantity());
  *terms.mutable_unit_price() = command.unit_price();
  terms.set_hold_seconds(command.has_hold_seconds() ? command.hold_seconds() : Purchase::default_hold_seconds);
  *terms.mutable_expires_at() = domain::to_message(stamp.now + std::chrono::seconds(terms.hold_seconds()));
  return terms;
}

/// Whether two buyers asked for the same; when they did it is left out.
bool same_wish(const v1::PurchaseTerms& left, const v1::PurchaseTerms& right) {
  return left.cart_id() == right.cart_id() && left.has_customer_id() == right.has_customer_id() &&
         left.customer_id() == right.customer_id() && left.sku() == right.sku() &&
         left.quantity() == right.quantity() && left.hold_seconds() == right.hold_seconds() &&
         left.unit_price().currency_code() == right.unit_price().currency_code() &&
         left.unit_price().minor_units() == right.unit_price().minor_units();
}

v1::BuyResponse response_with(const v1::PurchaseTerms& terms) {
  v1::BuyResponse response;
  *response.mutable_expires_at() = terms.expires_at();
  return response;
}

template <class Event>
Event because(const std::string& reason) {
  Event event;
  event.set_reason(reason);
  return event;
}

}  // namespace

Decision Purchase::decide(const State& purchase, const v1::BuyRequest& command, const Stamp& stamp) {
  auto terms = terms_of(command, stamp);
  if (purchase.status() != v1::PURCHASE_STATUS_UNSPECIFIED) {
    if (same_wish(purchase.terms(), terms)) return Decision::events().replying(response_with(purchase.terms()));
    return refuse("PURCHASE_EXISTS", "there is another purchase " + command.purchase_id(),
                  {{"purchase_id", command.purchase_id()}});
  }
  if (!domain::checked_multiply(command.unit_price().minor_units(), command.quantity())) {
    return refuse("AMOUNT_OVERFLOW", "the price would not fit into 64 bits of minor units");
  }
  v1::PurchaseRequested requested;
  const auto response = response_with(terms);
  *requested.mutable_terms() = std::move(terms);
  return Decision::events(std::move(requested)).replying(response);
}

Decision Purchase::decide(const State& purchase, const v1::NoteReservedRequest&) {
  if (up_to_the_cart(purchase) || is(purchase, {v1::PURCHASE_STATUS_CONFIRMING})) return Decision::events();
  if (!is(purchase, {v1::PURCHASE_STATUS_REQUESTED})) return out_of_step(purchase);
  v1::PurchaseReserved reserved;
  *reserved.mutable_terms() = purchase.terms();
  return Decision::events(std::move(reserved));
}

Decision Purchase::decide(const State& purchase, const v1::NoteRefusedRequest& command) {
  if (is(purchase, {v1::PURCHASE_STATUS_REFUSED})) return Decision::events();
  if (!is(purchase, {v1::PURCHASE_STATUS_REQUESTED})) return out_of_step(purchase);
  return Decision::events(because<v1::PurchaseRefused>(command.reason()));
}

Decision Purchase::decide(const State& purchase, const v1::NoteInCartRequest&) {
  if (is(purchase, {v1::PURCHASE_STATUS_UNSPECIFIED, v1::PURCHASE_STATUS_REQUESTED, v1::PURCHASE_STATUS_REFUSED})) {
    return out_of_step(purchase);
  }
  if (!is(purchase, {v1::PURCHASE_STATUS_RESERVED})) return Decision::events();
  return Decision::events(v1::PurchasePlacedInCart());
}

Decision Purchase::decide(const State& purchase, const v1::NoteOutOfCartRequest& command) {
  if (is(purchase, {v1::PURCHASE_STATUS_RELEASING, v1::PURCHASE_STATUS_RELEASED})) return Decision::events();
  if (!up_to_the_cart(purchase)) return out_of_step(purchase);
  auto left = because<v1::PurchaseLeftCart>(command.reason());
  left.set_sku(purchase.terms().sku());
  return Decision::events(std::move(left));
}

Decision Purchase::decide(const State& purchase, const v1::NoteCheckedOutRequest&) {
  if (is(purchase, {v1::PURCHASE_STATUS_CONFIRMING, v1::PURCHASE_STATUS_CONFIRMED, v1::PURCHASE_STATUS_FAILED})) {
    return Decision::events();
  }
  if (!up_to_the_cart(purchase)) return out_of_step(purchase);
  v1::PurchaseCheckedOut checked_out;
  checked_out.set_sku(purchase.terms().sku());
  return Decision::events(std::move(checked_out));
}

Decision Purchase::decide(const State& purchase, const v1::NoteReleasedRequest&) {
  if (is(purchase, {v1::PURCHASE_STATUS_RELEASED})) return Decision::events();
  if (!is(purchase, {v1::PURCHASE_STATUS_RELEASING})) return out_of_step(purchase);
  return Decision::events(because<v1::PurchaseReleased>(purchase.reason()));
}

Decision Purchase::decide(const State& purchase, const v1::NoteConfirmedRequest&) {
  if (is(purchase, {v1::PURCHASE_STATUS_CONFIRMED})) return Decision::events();
  if (!is(purchase, {v1::PURCHASE_STATUS_CONFIRMING})) return out_of_step(purchase);
  return Decision::events(v1::PurchaseConfirmed());
}

Decision Purchase::decide(const State& purchase, const v1::NoteUnconfirmedRequest& command) {
  if (is(purchase, {v1::PURCHASE_STATUS_CONFIRMED, v1::PURCHASE_STATUS_FAILED})) return Decision::events();
  if (!is(purchase, {v1::PURCHASE_STATUS_CONFIRMING})) return out_of_step(purchase);
  return Decision::events(because<v1::PurchaseUnconfirmed>(command.reason()));
}

Decision Purchase::decide(const State& purchase, const v1::ExpireRequest&, const Stamp& stamp) {
  if (is(purchase, {v1::PURCHASE_STATUS_UNSPECIFIED})) return out_of_step(purchase);
  const bool waits_for_cart = is(purchase, {v1::PURCHASE_STATUS_REQUESTED, v1::PURCHASE_STATUS_RESERVED});
  if (!waits_for_cart && !is(purchase, {v1::PURCHASE_STATUS_IN_CART})) return Decision::events();
  const Timestamp due_at = domain::from_message(purchase.terms().expires_at());
  if (stamp.now < due_at) return not_yet_due(due_at, "the hold is not over yet");
  if (waits_for_cart) return not_yet_due(stamp.now + cart_patience, "the cart has not answered yet");

  v1::PurchaseExpired expired;
  expired.set_cart_id(purchase.terms().cart_id());
  return Decision::events(std::move(expired));
}

}  // namespace keel::purchase
