#include "domain/shape.hpp"

#include "domain/purchase/purchase.hpp"

namespace keel::purchase {

void Purchase::check(const v1::BuyRequest& command, Violations& violations) {
  domain::check_id("cart_id", command.cart_id(), violations);
  if (command.has_customer_id()) domain::check_id("customer_id", command.customer_id(), violations);
  domain::check_id("sku", command.sku(), violations);
  domain::check_quantity("quantity", command.quantity(), violations);
  domain::check_price("unit_price", command.has_unit_price() ? &command.unit_price() : nullptr, violations);
  if (command.has_hold_seconds()) {
    domain::check_range("hold_seconds", command.hold_seconds(), 1, max_hold_seconds, violations);
  }
}

}  // namespace keel::purchase
