#include "domain/purchase/purchase.hpp"

namespace keel::purchase {

void Purchase::evolve(State& purchase, const v1::PurchaseRequested& event) {
  purchase.set_status(v1::PURCHASE_STATUS_REQUESTED);
  *purchase.mutable_terms() = event.terms();
}

void Purchase::evolve(State& purchase, const v1::PurchaseReserved&) {
  purchase.set_status(v1::PURCHASE_STATUS_RESERVED);
}

void Purchase::evolve(State& purchase, const v1::PurchaseRefused& event) {
  purchase.set_status(v1::PURCHASE_STATUS_REFUSED);
  purchase.set_reason(event.reason());
}

void Purchase::evolve(State& purchase, const v1::PurchasePlacedInCart&) {
  purchase.set_status(v1::PURCHASE_STATUS_IN_CART);
}

void Purchase::evolve(State& purchase, const v1::PurchaseExpired&) {
  purchase.set_status(v1::PURCHASE_STATUS_EXPIRING);
}

void Purchase::evolve(State& purchase, const v1::PurchaseLeftCart& event) {
  purchase.set_status(v1::PURCHASE_STATUS_RELEASING);
  purchase.set_reason(event.reason());
}

void Purchase::evolve(State& purchase, const v1::PurchaseCheckedOut&) {
  purchase.set_status(v1::PURCHASE_STATUS_CONFIRMING);
}

void Purchase::evolve(State& purchase, const v1::PurchaseReleased&) {
  purchase.set_status(v1::PURCHASE_STATUS_RELEASED);
}

void Purchase::evolve(State& purchase, const v1::PurchaseConfirmed&) {
  purchase.set_status(v1::PURCHASE_STATUS_CONFIRMED);
}

void Purchase::evolve(State& purchase, const v1::PurchaseUnconfirmed& event) {
  purchase.set_status(v1::PURCHASE_STATUS_FAILED);
  purchase.set_reason(event.reason());
}

}  // namespace keel::purchase
