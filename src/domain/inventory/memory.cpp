#include "domain/inventory/stock.hpp"

namespace keel::inventory {

void Stock::evolve(State& stock, const v1::StockReceived& event) { *stock.mutable_level() = event.level(); }

void Stock::evolve(State& stock, const v1::StockReserved& event) {
  auto& reservation = (*stock.mutable_reservations())[event.reservation_id()];
  reservation.set_quantity(event.quantity());
  reservation.set_for_purchase(event.for_purchase());
  *stock.mutable_level() = event.level();
}

void Stock::evolve(State& stock, const v1::ReservationConfirmed& event) {
  stock.mutable_reservations()->erase(event.reservation_id());
  *stock.mutable_level() = event.level();
}

void Stock::evolve(State& stock, const v1::ReservationReleased& event) {
  stock.mutable_reservations()->erase(event.reservation_id());
  *stock.mutable_level() = event.level();
}

}  // namespace keel::inventory
