#include "domain/shape.hpp"

#include "domain/inventory/stock.hpp"

namespace keel::inventory {

void Stock::check(const v1::ReceiveStockRequest& command, Violations& violations) {
  domain::check_quantity("quantity", command.quantity(), violations);
}

void Stock::check(const v1::ReserveRequest& command, Violations& violations) {
  domain::check_id("reservation_id", command.reservation_id(), violations);
  domain::check_quantity("quantity", command.quantity(), violations);
}

void Stock::check(const v1::ConfirmReservationRequest& command, Violations& violations) {
  domain::check_id("reservation_id", command.reservation_id(), violations);
}

void Stock::check(const v1::ReleaseReservationRequest& command, Violations& violations) {
  domain::check_id("reservation_id", command.reservation_id(), violations);
}

}  // namespace keel::inventory
