#pragma once

#include <string>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"

// The few commands that tests of projections and queries are told in.
namespace keel::test {

inline cart::v1::AddItemRequest add_item(const std::string& cart, const std::string& line,
                                         const std::string& customer = "ann") {
  cart::v1::AddItemRequest command;
  command.set_cart_id(cart);
  command.set_line_id(line);
  command.set_sku("sku-1");
  command.set_quantity(2);
  command.mutable_unit_price()->set_currency_code("GBP");
  command.mutable_unit_price()->set_minor_units(250);
  if (!customer.empty()) command.set_customer_id(customer);
  return command;
}

inline inventory::v1::ReceiveStockRequest receive(const std::string& sku, std::int64_t quantity) {
  inventory::v1::ReceiveStockRequest command;
  command.set_sku(sku);
  command.set_quantity(quantity);
  return command;
}

inline inventory::v1::ReserveRequest reserve(const std::string& sku, const std::string& id, std::int64_t quantity) {
  inventory::v1::ReserveRequest command;
  command.set_sku(sku);
  command.set_reservation_id(id);
  command.set_quantity(quantity);
  return command;
}

inline inventory::v1::ReleaseReservationRequest release(const std::string& sku, const std::string& id) {
  inventory::v1::ReleaseReservationRequest command;
  command.set_sku(sku);
  command.set_reservation_id(id);
  return command;
}

inline purchase::v1::BuyRequest buy(const std::string& purchase, const std::string& sku) {
  purchase::v1::BuyRequest command;
  command.set_purchase_id(purchase);
  command.set_cart_id("cart-of-" + purchase);
  command.set_sku(sku);
  command.set_quantity(1);
  command.mutable_unit_price()->set_currency_code("GBP");
  command.mutable_unit_price()->set_minor_units(100);
  return command;
}

}  // namespace keel::test
