#include "domain/shape.hpp"

#include "domain/cart/cart.hpp"

namespace keel::cart {

void Cart::check(const v1::AddItemRequest& command, Violations& violations) {
  if (command.has_line_id()) domain::check_id("line_id", command.line_id(), violations);
  domain::check_id("sku", command.sku(), violations);
  domain::check_quantity("quantity", command.quantity(), violations);
  domain::check_price("unit_price", command.has_unit_price() ? &command.unit_price() : nullptr, violations);
  if (command.has_customer_id()) domain::check_id("customer_id", command.customer_id(), violations);
}

void Cart::check(const v1::ChangeQuantityRequest& command, Violations& violations) {
  domain::check_id("line_id", command.line_id(), violations);
  domain::check_quantity("quantity", command.quantity(), violations);
}

void Cart::check(const v1::RemoveItemRequest& command, Violations& violations) {
  domain::check_id("line_id", command.line_id(), violations);
}

}  // namespace keel::cart
