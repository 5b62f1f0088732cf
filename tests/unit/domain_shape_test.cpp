#include "domain/shape.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "support/given_when_then.hpp"
#include "support/messages.hpp"

namespace keel {
namespace {

using cart::Cart;
using inventory::Stock;
using purchase::Purchase;
using tests::message;
using tests::misshapen;
using Fields = std::vector<std::string>;

const std::string longest(128, 'x');
const std::string too_long(129, 'x');
const std::string good_price = "unit_price { currency_code: 'GBP' minor_units: 0 } ";

Fields add_item(const std::string& text) { return misshapen<Cart>(message<cart::v1::AddItemRequest>(text)); }
Fields buy(const std::string& text) { return misshapen<Purchase>(message<purchase::v1::BuyRequest>(text)); }
Fields reserve(const std::string& text) { return misshapen<Stock>(message<inventory::v1::ReserveRequest>(text)); }

TEST(AddItemShape, IsGoodWithTheLeastThatIsNeeded) {
  EXPECT_EQ(add_item("sku: 'A' quantity: 1 " + good_price), Fields());
  EXPECT_EQ(add_item("sku: '" + longest + "' quantity: 1000000000 line_id: '" + longest + "' customer_id: '" + longest +
                     "' " + good_price),
            Fields());
}

TEST(AddItemShape, NamesEveryWrongFieldAtOnce) {
  EXPECT_EQ(add_item("line_id: '' customer_id: ''"),
            (Fields{"line_id", "sku", "quantity", "unit_price", "customer_id"}));
}

TEST(AddItemShape, RefusesLongIdsAndNul) {
  EXPECT_EQ(add_item("sku: '" + too_long + "' quantity: 1 " + good_price), Fields{"sku"});
  EXPECT_EQ(add_item("sku: 'A\\000B' quantity: 1 " + good_price), Fields{"sku"});
  EXPECT_EQ(add_item("sku: 'A' quantity: 1 line_id: '\\000' " + good_price), Fields{"line_id"});
  EXPECT_EQ(add_item("sku: 'A' quantity: 1 customer_id: '" + too_long + "' " + good_price), Fields{"customer_id"});
}

TEST(AddItemShape, KeepsBlanksAndAccentsInASku) {
  EXPECT_EQ(add_item("sku: ' größe / 1 ' quantity: 1 " + good_price), Fields());
}

TEST(AddItemShape, RefusesQuantitiesOfZeroNegativeOrHuge) {
  for (const char* quantity : {"0", "-1", "1000000001", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_EQ(add_item("sku: 'A' " + good_price + "quantity: " + quantity), Fields{"quantity"}) << quantity;
  }
}

TEST(AddItemShape, WantsACurrencyOfThreeCapitals) {
  for (const char* currency : {"", "GB", "GBPX", "gbp", "G1P", "G P", "£££"}) {
    const auto price = std::string("unit_price { currency_code: '") + currency + "' } ";
    EXPECT_EQ(add_item("sku: 'A' quantity: 1 " + price), Fields{"unit_price.currency_code"}) << currency;
  }
}

TEST(AddItemShape, RefusesNegativePricesAndTakesAnyOther) {
  EXPECT_EQ(add_item("sku: 'A' quantity: 1 unit_price { currency_code: 'GBP' minor_units: -1 }"),
            Fields{"unit_price.minor_units"});
  EXPECT_EQ(add_item("sku: 'A' quantity: 1 unit_price { currency_code: 'GBP' minor_units: 9223372036854775807 }"),
            Fields());
}

TEST(CartShape, LooksAtLineIdAndQuantityOfTheOthers) {
  EXPECT_EQ(misshapen<Cart>(message<cart::v1::ChangeQuantityRequest>("")), (Fields{"line_id", "quantity"}));
  EXPECT_EQ(misshapen<Cart>(message<cart::v1::ChangeQuantityRequest>("line_id: 'L' quantity: 2")), Fields());
  EXPECT_EQ(misshapen<Cart>(message<cart::v1::RemoveItemRequest>("")), Fields{"line_id"});
  EXPECT_EQ(misshapen<Cart>(message<cart::v1::RemoveItemRequest>("line_id: 'L'")), Fields());
}

TEST(StockShape, LooksAtReservationIdAndQuantity) {
  EXPECT_EQ(reserve(""), (Fields{"reservation_id", "quantity"}));
  EXPECT_EQ(reserve("reservation_id: '" + longest + "' quantity: 1"), Fields());
  EXPECT_EQ(reserve("reservation_id: '" + too_long + "' quantity: 1000000001"), (Fields{"reservation_id", "quantity"}));
  EXPECT_EQ(misshapen<Stock>(message<inventory::v1::ReceiveStockRequest>("")), Fields{"quantity"});
  EXPECT_EQ(misshapen<Stock>(message<inventory::v1::ReceiveStockRequest>("quantity: 1000000000")), Fields());
  EXPECT_EQ(misshapen<Stock>(message<inventory::v1::ConfirmReservationRequest>("")), Fields{"reservation_id"});
  EXPECT_EQ(misshapen<Stock>(message<inventory::v1::ReleaseReservationRequest>("")), Fields{"reservation_id"});
}

TEST(BuyShape, NamesEveryWrongFieldAtOnce) {
  EXPECT_EQ(buy("customer_id: '' hold_seconds: 0"),
            (Fields{"cart_id", "customer_id", "sku", "quantity", "unit_price", "hold_seconds"}));
}

TEST(BuyShape, HoldsForASecondToADay) {
  const std::string rest = "cart_id: 'c' sku: 'A' quantity: 1 " + good_price;
  EXPECT_EQ(buy(rest), Fields());
  EXPECT_EQ(buy(rest + "hold_seconds: 1"), Fields());
  EXPECT_EQ(buy(rest + "hold_seconds: 86400"), Fields());
  EXPECT_EQ(buy(rest + "hold_seconds: 86401"), Fields{"hold_seconds"});
  EXPECT_EQ(buy(rest + "hold_seconds: -1"), Fields{"hold_seconds"});
}

TEST(Moments, ComeBackToTheMicrosecond) {
  for (const std::int64_t microseconds : {0LL, 1LL, -1LL, 1'700'000'000'123'456LL, -1'700'000'000'123'456LL}) {
    const Timestamp moment{std::chrono::microseconds(microseconds)};
    EXPECT_EQ(domain::from_message(domain::to_message(moment)), moment);
    EXPECT_GE(domain::to_message(moment).nanos(), 0);
  }
}

TEST(Moments, AreReadFromAnyBytes) {
  google::protobuf::Timestamp moment;
  moment.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(domain::from_message(moment), Timestamp::max());
  moment.set_seconds(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(domain::from_message(moment), Timestamp::min());
}

}  // namespace
}  // namespace keel
