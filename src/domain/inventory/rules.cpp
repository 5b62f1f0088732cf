#include <string>
#include <utility>

#include "domain/checked.hpp"
#include "domain/inventory/stock.hpp"

namespace keel::inventory {
namespace {

using domain::Refusal;
using domain::refuse;

v1::StockLevel level(std::int64_t on_hand, std::int64_t reserved) {
  v1::StockLevel level;
  level.set_on_hand(on_hand);
  level.set_reserved(reserved);
  level.set_available(on_hand - reserved);
  return level;
}

Refusal sku_unknown(const std::string& sku) {
  return refuse("SKU_UNKNOWN", "there is no SKU " + sku + "; its first receipt makes it", {{"sku", sku}});
}

Refusal out_of_stock(const std::string& sku, std::int64_t available, std::int64_t requested) {
  const std::string have = std::to_string(available);
  const std::string want = std::to_string(requested);
  return refuse("OUT_OF_STOCK", want + " of " + sku + " requested, " + have + " available",
                {{"sku", sku}, {"available", have}, {"requested", want}});
}

Refusal reservation_unknown(const std::string& id) {
  return refuse("RESERVATION_UNKNOWN", "no open reservation " + id, {{"reservation_id", id}});
}

Refusal belongs_to_purchase(const std::string& id) {
  return refuse("RESERVATION_BELONGS_TO_PURCHASE", "only the purchase closes its reservation: remove its line",
                {{"reservation_id", id}});
}

/// An open reservation of that name, if there is one.
const v1::Reservation* find_open(const v1::StockState& stock, const std::string& id) {
  const auto found = stock.reservations().find(id);
  return found == stock.reservations().end() ? nullptr : &found->second;
}

template <class Response>
Response response_with(const v1::StockLevel& level) {
  Response response;
  *response.mutable_level() = level;
  return response;
}

enum class Holder { client, purchase };

Decision reserve(const v1::StockState& stock, const std::string& sku, const std::string& id, std::int64_t quantity,
                 Holder holder) {
  if (!stock.has_level()) return sku_unknown(sku);
  const bool for_purchase = holder == Holder::purchase;
  if (const auto* open = find_open(stock, id)) {
    if (open->quantity() == quantity && open->for_purchase() == for_purchase) {
      return Decision::events().replying(response_with<v1::ReserveResponse>(stock.level()));
    }
    return refuse("RESERVATION_MISMATCH", "another reservation " + id + " is open", {{"reservation_id", id}});
  }
  const auto& now = stock.level();
  if (quantity > now.available()) return out_of_stock(sku, now.available(), quantity);

  v1::StockReserved reserved;
  reserved.set_reservation_id(id);
  reserved.set_quantity(quantity);
  reserved.set_for_purchase(for_purchase);
  *reserved.mutable_level() = level(now.on_hand(), now.reserved() + quantity);
  const auto response = response_with<v1::ReserveResponse>(reserved.level());
  return Decision::events(std::move(reserved)).replying(response);
}

template <class Response>
Decision confirm(const v1::StockState& stock, const std::string& id, const v1::Reservation& open) {
  v1::ReservationConfirmed confirmed;
  confirmed.set_reservation_id(id);
  confirmed.set_quantity(open.quantity());
  *confirmed.mutable_level() =
      level(stock.level().on_hand() - open.quantity(), stock.level().reserved() - open.quantity());
  const auto response = response_with<Response>(confirmed.level());
  return Decision::events(std::move(confirmed)).replying(response);
}

template <class Response>
Decision release(const v1::StockState& stock, const std::string& id, const v1::Reservation& open) {
  v1::ReservationReleased released;
  released.set_reservation_id(id);
  released.set_quantity(open.quantity());
  *released.mutable_level() = level(stock.level().on_hand(), stock.level().reserved() - open.quantity());
  const auto response = response_with<Response>(released.level());
  return Decision::events(std::move(released)).replying(response);
}

}  // namespace

Decision Stock::decide(const State& stock, const v1::ReceiveStockRequest& command) {
  const auto on_hand = domain::checked_add(stock.level().on_hand(), command.quantity());
  if (!on_hand) {
    return refuse("QUANTITY_OVERFLOW", "the stock would not fit into 64 bits",
                  {{"sku", command.sku()}, {"on_hand", std::to_string(stock.level().on_hand())}});
  }
  v1::StockReceived received;
  received.set_quantity(command.quantity());
  *received.mutable_level() = level(*on_hand, stock.level().reserved());
  const auto response = response_with<v1::ReceiveStockResponse>(received.level());
  return Decision::events(std::move(received)).replying(response);
}

Decision Stock::decide(const State& stock, const v1::ReserveRequest& command) {
  return reserve(stock, command.sku(), command.reservation_id(), command.quantity(), Holder::client);
}

Decision Stock::decide(const State& stock, const v1::ConfirmReservationRequest& command) {
  if (!stock.has_level()) return sku_unknown(command.sku());
  const auto* open = find_open(stock, command.reservation_id());
  if (open == nullptr) return reservation_unknown(command.reservation_id());
  if (open->for_purchase()) return belongs_to_purchase(command.reservation_id());
  return confirm<v1::ConfirmReservationResponse>(stock, command.reservation_id(), *open);
}

Decision Stock::decide(const State& stock, const v1::ReleaseReservationRequest& command) {
  if (!stock.has_level()) return sku_unknown(command.sku());
  const auto* open = find_open(stock, command.reservation_id());
  if (open == nullptr) {
    return Decision::events().replying(response_with<v1::ReleaseReservationResponse>(stock.level()));
  }
  if (open->for_purchase()) return belongs_to_purchase(command.reservation_id());
  return release<v1::ReleaseReservationResponse>(stock, command.reservation_id(), *open);
}

Decision Stock::decide(const State& stock, const v1::ReserveForPurchaseRequest& command) {
  return reserve(stock, command.sku(), command.purchase_id(), command.quantity(), Holder::purchase);
}

Decision Stock::decide(const State& stock, const v1::ConfirmForPurchaseRequest& command) {
  if (!stock.has_level()) return sku_unknown(command.sku());
  const auto* open = find_open(stock, command.purchase_id());
  if (open == nullptr || !open->for_purchase()) return reservation_unknown(command.purchase_id());
  return confirm<v1::ConfirmReservationResponse>(stock, command.purchase_id(), *open);
}

Decision Stock::decide(const State& stock, const v1::ReleaseForPurchaseRequest& command) {
  if (!stock.has_level()) return sku_unknown(command.sku());
  const auto* open = find_open(stock, command.purchase_id());
  if (open == nullptr || !open->for_purchase()) return Decision::events();
  return release<v1::ReleaseReservationResponse>(stock, command.purchase_id(), *open);
}

}  // namespace keel::inventory
