#include "domain/inventory/stock.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/given_when_then.hpp"
#include "support/messages.hpp"

namespace keel::inventory {
namespace {

using tests::given;
using tests::message;

std::string level(std::int64_t on_hand, std::int64_t reserved) {
  return "level { on_hand: " + std::to_string(on_hand) + " reserved: " + std::to_string(reserved) +
         " available: " + std::to_string(on_hand - reserved) + " } ";
}
std::string quantity(std::int64_t value) { return "quantity: " + std::to_string(value) + " "; }

v1::ReceiveStockRequest receive(std::int64_t count) {
  return message<v1::ReceiveStockRequest>("sku: 'A' " + quantity(count));
}
v1::ReserveRequest reserve(const std::string& id, std::int64_t count) {
  return message<v1::ReserveRequest>("sku: 'A' reservation_id: '" + id + "' " + quantity(count));
}
v1::ConfirmReservationRequest confirm(const std::string& id) {
  return message<v1::ConfirmReservationRequest>("sku: 'A' reservation_id: '" + id + "'");
}
v1::ReleaseReservationRequest release(const std::string& id) {
  return message<v1::ReleaseReservationRequest>("sku: 'A' reservation_id: '" + id + "'");
}
v1::ReserveForPurchaseRequest reserve_for_purchase(const std::string& id, std::int64_t count) {
  return message<v1::ReserveForPurchaseRequest>("sku: 'A' purchase_id: '" + id + "' " + quantity(count));
}
v1::ConfirmForPurchaseRequest confirm_for_purchase(const std::string& id) {
  return message<v1::ConfirmForPurchaseRequest>("sku: 'A' purchase_id: '" + id + "'");
}
v1::ReleaseForPurchaseRequest release_for_purchase(const std::string& id) {
  return message<v1::ReleaseForPurchaseRequest>("sku: 'A' purchase_id: '" + id + "'");
}

// Ten came in; reservation R holds four of them; it is confirmed, or released. P is a purchase's.
const auto received = message<v1::StockReceived>(quantity(10) + level(10, 0));
const auto reserved = message<v1::StockReserved>("reservation_id: 'R' " + quantity(4) + level(10, 4));
const auto confirmed = message<v1::ReservationConfirmed>("reservation_id: 'R' " + quantity(4) + level(6, 0));
const auto released = message<v1::ReservationReleased>("reservation_id: 'R' " + quantity(4) + level(10, 0));
const auto held = message<v1::StockReserved>("reservation_id: 'P' for_purchase: true " + quantity(4) + level(10, 4));

struct Row {
  const char* state;
  tests::Given history;
  std::vector<const char*> outcomes;
};

TEST(Stock, DecidesEveryCommandInEveryState) {
  const std::vector<tests::AnyMessage> commands = {
      receive(1),
      reserve("R", 4),
      reserve("R", 3),
      reserve("N", 6),
      reserve("N", 7),
      confirm("R"),
      release("R"),
      reserve_for_purchase("P", 4),
      reserve_for_purchase("P", 3),
      reserve_for_purchase("R", 4),
      confirm_for_purchase("P"),
      release_for_purchase("P"),
      confirm("P"),
      release("P"),
      confirm_for_purchase("R"),
      release_for_purchase("R"),
  };
  const Row rows[] = {
      {"unknown",
       given<Stock>({}),
       {"StockReceived", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN",
        "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN", "SKU_UNKNOWN",
        "SKU_UNKNOWN", "SKU_UNKNOWN"}},
      {"free",
       given<Stock>({received}),
       {"StockReceived", "StockReserved", "StockReserved", "StockReserved", "StockReserved", "RESERVATION_UNKNOWN", "-",
        "StockReserved", "StockReserved", "StockReserved", "RESERVATION_UNKNOWN", "-", "RESERVATION_UNKNOWN", "-",
        "RESERVATION_UNKNOWN", "-"}},
      {"reserved by a client",
       given<Stock>({received, reserved}),
       {"StockReceived", "-", "RESERVATION_MISMATCH", "StockReserved", "OUT_OF_STOCK", "ReservationConfirmed",
        "ReservationReleased", "StockReserved", "StockReserved", "RESERVATION_MISMATCH", "RESERVATION_UNKNOWN", "-",
        "RESERVATION_UNKNOWN", "-", "RESERVATION_UNKNOWN", "-"}},
      {"held for a purchase",
       given<Stock>({received, held}),
       {"StockReceived", "StockReserved", "StockReserved", "StockReserved", "OUT_OF_STOCK", "RESERVATION_UNKNOWN", "-",
        "-", "RESERVATION_MISMATCH", "StockReserved", "ReservationConfirmed", "ReservationReleased",
        "RESERVATION_BELONGS_TO_PURCHASE", "RESERVATION_BELONGS_TO_PURCHASE", "RESERVATION_UNKNOWN", "-"}},
      {"confirmed",
       given<Stock>({received, reserved, confirmed}),
       {"StockReceived", "StockReserved", "StockReserved", "StockReserved", "OUT_OF_STOCK", "RESERVATION_UNKNOWN", "-",
        "StockReserved", "StockReserved", "StockReserved", "RESERVATION_UNKNOWN", "-", "RESERVATION_UNKNOWN", "-",
        "RESERVATION_UNKNOWN", "-"}},
      {"released",
       given<Stock>({received, reserved, released}),
       {"StockReceived", "StockReserved", "StockReserved", "StockReserved", "StockReserved", "RESERVATION_UNKNOWN", "-",
        "StockReserved", "StockReserved", "StockReserved", "RESERVATION_UNKNOWN", "-", "RESERVATION_UNKNOWN", "-",
        "RESERVATION_UNKNOWN", "-"}},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(row.outcomes.size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      EXPECT_EQ(row.history.when(commands[i]).in_short(), row.outcomes[i])
          << row.state << ": " << (*commands[i]).GetDescriptor()->name() << " " << (*commands[i]).ShortDebugString();
    }
  }
}

TEST(Stock, IsMadeByItsFirstReceipt) {
  given<Stock>({}).when(receive(10)).then(received).replying(message<v1::ReceiveStockResponse>(level(10, 0)));
}

TEST(Stock, AddsWhatComesIn) {
  given<Stock>({received, reserved})
      .when(receive(5))
      .then(message<v1::StockReceived>(quantity(5) + level(15, 4)))
      .replying(message<v1::ReceiveStockResponse>(level(15, 4)));
}

TEST(Stock, RefusesMoreThanFits) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto nearly_full = message<v1::StockReceived>(quantity(1) + level(most - 1, 0));
  EXPECT_EQ(given<Stock>({nearly_full}).when(receive(1)).in_short(), "StockReceived");
  given<Stock>({nearly_full}).when(receive(2)).refuses("QUANTITY_OVERFLOW");
}

TEST(Stock, IsPromised) {
  given<Stock>({received}).when(reserve("R", 4)).then(reserved).replying(message<v1::ReserveResponse>(level(10, 4)));
}

TEST(Stock, IsPromisedToTheLastPiece) {
  given<Stock>({received})
      .when(reserve("R", 10))
      .then(message<v1::StockReserved>("reservation_id: 'R' " + quantity(10) + level(10, 10)));
}

TEST(Stock, IsNeverPromisedTwice) {
  given<Stock>({received, reserved})
      .when(reserve("N", 7))
      .refuses("OUT_OF_STOCK", {{"sku", "A"}, {"available", "6"}, {"requested", "7"}});
}

TEST(Stock, AnswersTheSameReservationAgainWithTheLevel) {
  given<Stock>({received, reserved})
      .when(reserve("R", 4))
      .nothing_happens()
      .replying(message<v1::ReserveResponse>(level(10, 4)));
}

TEST(Stock, LeavesTheWarehouseWhenConfirmed) {
  given<Stock>({received, reserved})
      .when(confirm("R"))
      .then(confirmed)
      .replying(message<v1::ConfirmReservationResponse>(level(6, 0)));
}

TEST(Stock, IsAvailableAgainWhenReleased) {
  given<Stock>({received, reserved})
      .when(release("R"))
      .then(released)
      .replying(message<v1::ReleaseReservationResponse>(level(10, 0)));
}

TEST(Stock, DoesNotComeBackAfterItWasConfirmed) {
  given<Stock>({received, reserved, confirmed})
      .when(release("R"))
      .nothing_happens()
      .replying(message<v1::ReleaseReservationResponse>(level(6, 0)));
}

TEST(Stock, DoesNotLeaveAfterItWasReleased) {
  given<Stock>({received, reserved, released}).when(confirm("R")).refuses("RESERVATION_UNKNOWN");
}

TEST(Stock, ForgetsClosedReservations) {
  const auto after = given<Stock>({received, reserved, confirmed});
  EXPECT_TRUE(static_cast<const v1::StockState&>(after.state()).reservations().empty());
}

TEST(Stock, LetsOnlyThePurchaseCloseItsReservation) {
  given<Stock>({received, held}).when(release("P")).refuses("RESERVATION_BELONGS_TO_PURCHASE");
  given<Stock>({received, held}).when(confirm("P")).refuses("RESERVATION_BELONGS_TO_PURCHASE");
  EXPECT_EQ(given<Stock>({received, held}).when(release_for_purchase("P")).in_short(), "ReservationReleased");
}

TEST(Stock, HoldsForAPurchaseAndSaysSo) { given<Stock>({received}).when(reserve_for_purchase("P", 4)).then(held); }

}  // namespace
}  // namespace keel::inventory
