#include "domain/cart/cart.hpp"

namespace keel::cart {

void Cart::evolve(State& cart, const v1::ItemAdded& event) {
  cart.set_status(v1::CART_STATUS_OPEN);
  if (event.has_customer_id()) cart.set_customer_id(event.customer_id());
  auto& line = (*cart.mutable_lines())[event.line_id()];
  line.Clear();
  line.set_sku(event.sku());
  line.set_quantity(event.quantity());
  *line.mutable_unit_price() = event.unit_price();
  if (event.has_purchase_id()) line.set_purchase_id(event.purchase_id());
  *cart.mutable_totals() = event.totals();
}

void Cart::evolve(State& cart, const v1::QuantityChanged& event) {
  const auto line = cart.mutable_lines()->find(event.line_id());
  if (line != cart.mutable_lines()->end()) line->second.set_quantity(event.quantity());
  *cart.mutable_totals() = event.totals();
}

void Cart::evolve(State& cart, const v1::ItemRemoved& event) {
  cart.mutable_lines()->erase(event.line_id());
  *cart.mutable_totals() = event.totals();
}

void Cart::evolve(State&, const v1::PurchaseTurnedAway&) {}  // the receipt remembers it for the repeat

void Cart::evolve(State& cart, const v1::CartCheckedOut& event) {
  cart.set_status(v1::CART_STATUS_CHECKED_OUT);
  *cart.mutable_totals() = event.totals();
}

void Cart::evolve(State& cart, const v1::CartAbandoned&) { cart.set_status(v1::CART_STATUS_ABANDONED); }

}  // namespace keel::cart
