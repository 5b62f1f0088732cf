#include "domain/cart/cart.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/given_when_then.hpp"
#include "support/messages.hpp"

namespace keel::cart {
namespace {

using tests::a_stamp;
using tests::given;
using tests::message;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::string gbp(std::int64_t pence) { return "{ currency_code: 'GBP' minor_units: " + std::to_string(pence) + " } "; }
std::string totals(std::int64_t pence, int lines, std::int64_t units) {
  return "totals { amount " + gbp(pence) + "line_count: " + std::to_string(lines) +
         " unit_count: " + std::to_string(units) + " } ";
}

// What clients ask.
v1::AddItemRequest add(const std::string& line_id, std::int64_t quantity = 2, std::int64_t price = 250) {
  return message<v1::AddItemRequest>("cart_id: 'c' line_id: '" + line_id +
                                     "' sku: 'A' quantity: " + std::to_string(quantity) + " unit_price " + gbp(price));
}
v1::AddItemRequest add_for(const std::string& customer_id) {
  auto request = add("M");
  request.set_customer_id(customer_id);
  return request;
}
v1::ChangeQuantityRequest change(const std::string& line_id, std::int64_t quantity) {
  return message<v1::ChangeQuantityRequest>("line_id: '" + line_id + "' quantity: " + std::to_string(quantity));
}
v1::RemoveItemRequest remove(const std::string& line_id) {
  return message<v1::RemoveItemRequest>("line_id: '" + line_id + "'");
}
const v1::CheckOutRequest check_out;
const v1::AbandonRequest abandon;

// What the purchase's reactor asks.
v1::PutPurchaseRequest put(const std::string& purchase_id, std::int64_t price = 100) {
  return message<v1::PutPurchaseRequest>("purchase_id: '" + purchase_id + "' sku: 'S' quantity: 1 unit_price " +
                                         gbp(price));
}
v1::TakeOutPurchaseRequest take_out(const std::string& purchase_id) {
  return message<v1::TakeOutPurchaseRequest>("purchase_id: '" + purchase_id + "'");
}

// What has happened: 2 of A at 2.50 as line L; 1 of S at 1.00 as purchase P, alone and beside L.
const auto line_added =
    message<v1::ItemAdded>("line_id: 'L' sku: 'A' quantity: 2 unit_price " + gbp(250) + totals(500, 1, 2));
const auto purchase_added = message<v1::ItemAdded>("line_id: 'P' purchase_id: 'P' sku: 'S' quantity: 1 unit_price " +
                                                   gbp(100) + totals(100, 1, 1));
const auto purchase_joined = message<v1::ItemAdded>("line_id: 'P' purchase_id: 'P' sku: 'S' quantity: 1 unit_price " +
                                                    gbp(100) + totals(600, 2, 3));
const auto line_removed =
    message<v1::ItemRemoved>("line_id: 'L' sku: 'A' quantity: 2 reason: REMOVAL_REASON_CLIENT " + totals(0, 0, 0));
const auto checked_out = message<v1::CartCheckedOut>(totals(600, 2, 3) + "purchase_ids: 'P'");
const auto abandoned = message<v1::CartAbandoned>("purchase_ids: 'P'");

v1::ItemAdded added_for(const std::string& customer_id) {
  auto event = line_added;
  event.set_customer_id(customer_id);
  return event;
}

// -- every command in every state ------------------------------------------------------------------------------

struct Row {
  const char* state;
  tests::Given history;
  std::vector<const char*> outcomes;
};

TEST(Cart, DecidesEveryCommandInEveryState) {
  const std::vector<tests::AnyMessage> commands = {
      add("M"),  add("L"), add("L", 3), change("L", 5), change("P", 5), remove("L"),   remove("P"),
      check_out, abandon,  put("Q"),    put("P"),       take_out("P"),  take_out("Q"),
  };
  const Row rows[] = {
      {"unknown",
       given<Cart>({}),
       {"ItemAdded", "ItemAdded", "ItemAdded", "CART_UNKNOWN", "CART_UNKNOWN", "CART_UNKNOWN", "CART_UNKNOWN",
        "CART_UNKNOWN", "CART_UNKNOWN", "ItemAdded", "ItemAdded", "-", "-"}},
      {"emptied",
       given<Cart>({line_added, line_removed}),
       {"ItemAdded", "ItemAdded", "ItemAdded", "LINE_UNKNOWN", "LINE_UNKNOWN", "LINE_UNKNOWN", "LINE_UNKNOWN",
        "CART_EMPTY", "CartAbandoned", "ItemAdded", "ItemAdded", "-", "-"}},
      {"with a line and a purchase",
       given<Cart>({line_added, purchase_joined}),
       {"ItemAdded", "-", "LINE_EXISTS", "QuantityChanged", "LINE_BELONGS_TO_PURCHASE", "ItemRemoved", "ItemRemoved",
        "CartCheckedOut", "CartAbandoned", "ItemAdded", "-", "ItemRemoved", "-"}},
      {"checked out",
       given<Cart>({line_added, purchase_joined, checked_out}),
       {"CART_CHECKED_OUT", "CART_CHECKED_OUT", "CART_CHECKED_OUT", "CART_CHECKED_OUT", "CART_CHECKED_OUT",
        "CART_CHECKED_OUT", "CART_CHECKED_OUT", "-", "CART_CHECKED_OUT", "PurchaseTurnedAway", "-", "-", "-"}},
      {"abandoned",
       given<Cart>({line_added, purchase_joined, abandoned}),
       {"CART_ABANDONED", "CART_ABANDONED", "CART_ABANDONED", "CART_ABANDONED", "CART_ABANDONED", "CART_ABANDONED",
        "CART_ABANDONED", "CART_ABANDONED", "-", "PurchaseTurnedAway", "-", "-", "-"}},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(row.outcomes.size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      EXPECT_EQ(row.history.when(commands[i]).in_short(), row.outcomes[i])
          << row.state << ": " << (*commands[i]).GetDescriptor()->name() << " " << (*commands[i]).ShortDebugString();
    }
  }
}

// -- adding ----------------------------------------------------------------------------------------------------

TEST(Cart, IsMadeByItsFirstItem) {
  given<Cart>({}).when(add("L")).then(line_added).replying(message<v1::AddItemResponse>("line_id: 'L'"));
}

TEST(Cart, BelongsToTheCustomerOfItsFirstItem) {
  auto request = add("L");
  request.set_customer_id("alice");
  given<Cart>({}).when(request).then(added_for("alice"));
}

TEST(Cart, TellsItsCustomerWithEveryItem) {
  auto expected = message<v1::ItemAdded>("line_id: 'M' sku: 'A' quantity: 2 customer_id: 'alice' unit_price " +
                                         gbp(250) + totals(1'000, 2, 4));
  given<Cart>({added_for("alice")}).when(add("M")).then(expected);
  given<Cart>({added_for("alice")}).when(add_for("alice")).then(expected);
}

TEST(Cart, RefusesAnotherCustomer) {
  given<Cart>({added_for("alice")}).when(add_for("bob")).refuses("CUSTOMER_MISMATCH", {{"customer_id", "bob"}});
  given<Cart>({line_added}).when(add_for("bob")).refuses("CUSTOMER_MISMATCH");
}

TEST(Cart, NamesALineByTheStampsFreshIdWhenTheClientNamesNone) {
  auto request = add("");
  request.clear_line_id();
  auto expected = line_added;
  expected.set_line_id(a_stamp().fresh_id.text());
  given<Cart>({}).when(request).then(expected).replying(
      message<v1::AddItemResponse>("line_id: '" + a_stamp().fresh_id.text() + "'"));
  given<Cart>({expected}).when(request).nothing_happens();
}

TEST(Cart, AnswersTheSameLineAgainWithItsId) {
  given<Cart>({line_added}).when(add("L")).nothing_happens().replying(message<v1::AddItemResponse>("line_id: 'L'"));
}

TEST(Cart, RefusesAnotherLineOfTheSameId) {
  given<Cart>({line_added}).when(add("L", 3)).refuses("LINE_EXISTS", {{"line_id", "L"}});
  given<Cart>({line_added}).when(add("L", 2, 251)).refuses("LINE_EXISTS");
  auto other_sku = add("L");
  other_sku.set_sku("B");
  given<Cart>({line_added}).when(other_sku).refuses("LINE_EXISTS");
  auto other_currency = add("L");
  other_currency.mutable_unit_price()->set_currency_code("EUR");
  given<Cart>({line_added}).when(other_currency).refuses("LINE_EXISTS");
}

TEST(Cart, LetsNobodyPoseAsAPurchase) {
  auto look_alike = message<v1::AddItemRequest>("line_id: 'P' sku: 'S' quantity: 1 unit_price " + gbp(100));
  given<Cart>({purchase_added}).when(look_alike).refuses("LINE_EXISTS");
}

TEST(Cart, KeepsSkusByteForByte) {
  auto request = add("L");
  request.set_sku(" größe\t/1 ");
  auto expected = line_added;
  expected.set_sku(" größe\t/1 ");
  given<Cart>({}).when(request).then(expected);
}

TEST(Cart, GivesThingsAway) {
  given<Cart>({})
      .when(add("L", 2, 0))
      .then(message<v1::ItemAdded>("line_id: 'L' sku: 'A' quantity: 2 unit_price " + gbp(0) + totals(0, 1, 2)));
}

TEST(Cart, HasOneCurrency) {
  auto euros = add("M");
  euros.mutable_unit_price()->set_currency_code("EUR");
  given<Cart>({line_added})
      .when(euros)
      .refuses("CURRENCY_MISMATCH", {{"cart_currency", "GBP"}, {"item_currency", "EUR"}});
}

TEST(Cart, MayChangeItsCurrencyWhenEmpty) {
  auto euros = add("M");
  euros.mutable_unit_price()->set_currency_code("EUR");
  EXPECT_EQ(given<Cart>({line_added, line_removed}).when(euros).in_short(), "ItemAdded");
}

TEST(Cart, RefusesATotalThatDoesNotFit) {
  given<Cart>({}).when(add("L", 2, most)).refuses("AMOUNT_OVERFLOW");
  given<Cart>({line_added}).when(add("M", 1, most - 499)).refuses("AMOUNT_OVERFLOW");
  EXPECT_EQ(given<Cart>({line_added}).when(add("M", 1, most - 500)).in_short(), "ItemAdded");
}

v1::CartState full_cart(int lines) {
  v1::CartState cart;
  for (int i = 0; i < lines; ++i) {
    auto event = line_added;
    event.set_line_id("L" + std::to_string(i));
    Cart::evolve(cart, event);
  }
  return cart;
}

TEST(Cart, HasAtMostAThousandLines) {
  EXPECT_TRUE(Cart::decide(full_cart(999), add("M"), a_stamp()).accepted());
  const auto decision = Cart::decide(full_cart(1'000), add("M"), a_stamp());
  ASSERT_FALSE(decision.accepted());
  EXPECT_EQ(decision.refusal().reason, "CART_FULL");
  EXPECT_EQ(decision.refusal().metadata.at("max_lines"), "1000");
}

TEST(Cart, AnswersARepeatEvenWhenFull) { EXPECT_TRUE(Cart::decide(full_cart(1'000), add("L7"), a_stamp()).accepted()); }

// -- changing and removing -------------------------------------------------------------------------------------

TEST(Cart, ChangesAQuantity) {
  given<Cart>({line_added})
      .when(change("L", 5))
      .then(message<v1::QuantityChanged>("line_id: 'L' quantity: 5 previous_quantity: 2 " + totals(1'250, 1, 5)));
  given<Cart>({line_added})
      .when(change("L", 1))
      .then(message<v1::QuantityChanged>("line_id: 'L' quantity: 1 previous_quantity: 2 " + totals(250, 1, 1)));
}

TEST(Cart, ChangesNothingWhenTheQuantityIsTheSame) { given<Cart>({line_added}).when(change("L", 2)).nothing_happens(); }

TEST(Cart, RefusesAQuantityWhoseTotalDoesNotFit) {
  auto dear = line_added;
  dear.mutable_unit_price()->set_minor_units(most / 2);
  dear.mutable_totals()->mutable_amount()->set_minor_units(most - 1);
  given<Cart>({dear}).when(change("L", 3)).refuses("AMOUNT_OVERFLOW");
}

TEST(Cart, RefusesToChangeAPurchasesLine) {
  given<Cart>({purchase_added})
      .when(change("P", 5))
      .refuses("LINE_BELONGS_TO_PURCHASE", {{"line_id", "P"}, {"purchase_id", "P"}});
}

TEST(Cart, RemovesALine) { given<Cart>({line_added}).when(remove("L")).then(line_removed); }

TEST(Cart, RemovesAPurchasesLineAndSaysSo) {
  given<Cart>({line_added, purchase_joined})
      .when(remove("P"))
      .then(message<v1::ItemRemoved>("line_id: 'P' purchase_id: 'P' sku: 'S' quantity: 1 "
                                     "reason: REMOVAL_REASON_CLIENT " +
                                     totals(500, 1, 2)));
}

TEST(Cart, RefusesToRemoveALineTwice) {
  given<Cart>({line_added, line_removed}).when(remove("L")).refuses("LINE_UNKNOWN", {{"line_id", "L"}});
}

// -- ending ----------------------------------------------------------------------------------------------------

TEST(Cart, IsCheckedOutWithTotalsAndPurchases) {
  given<Cart>({line_added, purchase_joined})
      .when(check_out)
      .then(checked_out)
      .replying(message<v1::CheckOutResponse>(totals(600, 2, 3)));
}

TEST(Cart, RefusesToCheckOutWhenEmpty) {
  given<Cart>({line_added, line_removed}).when(check_out).refuses("CART_EMPTY");
}

TEST(Cart, AnswersASecondCheckOutLikeTheFirst) {
  given<Cart>({line_added, purchase_joined, checked_out})
      .when(check_out)
      .nothing_happens()
      .replying(message<v1::CheckOutResponse>(totals(600, 2, 3)));
}

TEST(Cart, IsAbandonedWithItsPurchases) { given<Cart>({line_added, purchase_joined}).when(abandon).then(abandoned); }

TEST(Cart, NamesPurchasesInTheOrderOfTheirIds) {
  v1::CartState cart;
  for (const char* id : {"z", "b", "x", "a"}) {
    auto event = purchase_added;
    event.set_line_id(id);
    event.set_purchase_id(id);
    Cart::evolve(cart, event);
  }
  const auto decision = Cart::decide(cart, abandon);
  const auto& event = static_cast<const v1::CartAbandoned&>(*decision.acceptance().events.front());
  EXPECT_EQ((std::vector<std::string>(event.purchase_ids().begin(), event.purchase_ids().end())),
            (std::vector<std::string>{"a", "b", "x", "z"}));
}

TEST(Cart, TellsItsCustomerWhenItEnds) {
  auto expected = message<v1::CartAbandoned>("customer_id: 'alice'");
  given<Cart>({added_for("alice")}).when(abandon).then(expected);
}

// -- purchases -------------------------------------------------------------------------------------------------

TEST(Cart, LetsAPurchaseInAndMakesTheCart) {
  given<Cart>({}).when(put("P")).then(purchase_added);
  given<Cart>({line_added}).when(put("P")).then(purchase_joined);
}

TEST(Cart, TurnsAPurchaseAwayForTheReasonThatAnItemWouldGet) {
  const auto turned_away = [](const std::string& reason) {
    return message<v1::PurchaseTurnedAway>("purchase_id: 'Q' reason: '" + reason + "'");
  };
  given<Cart>({line_added, checked_out}).when(put("Q")).then(turned_away("CART_CHECKED_OUT"));
  given<Cart>({line_added, abandoned}).when(put("Q")).then(turned_away("CART_ABANDONED"));
  given<Cart>({line_added}).when(put("Q", most)).then(turned_away("AMOUNT_OVERFLOW"));

  auto euros = put("Q");
  euros.mutable_unit_price()->set_currency_code("EUR");
  given<Cart>({line_added}).when(euros).then(turned_away("CURRENCY_MISMATCH"));
  auto strangers = put("Q");
  strangers.set_customer_id("bob");
  given<Cart>({line_added}).when(strangers).then(turned_away("CUSTOMER_MISMATCH"));
  auto taken = line_added;
  taken.set_line_id("Q");
  given<Cart>({taken}).when(put("Q")).then(turned_away("LINE_EXISTS"));
}

TEST(Cart, TurnsAPurchaseAwayWhenFull) {
  const auto decision = Cart::decide(full_cart(1'000), put("P"));
  const auto& event = static_cast<const v1::PurchaseTurnedAway&>(*decision.acceptance().events.front());
  EXPECT_EQ(event.reason(), "CART_FULL");
}

TEST(Cart, GivesAPurchaseBackWhenItsHoldIsOver) {
  given<Cart>({purchase_added})
      .when(take_out("P"))
      .then(message<v1::ItemRemoved>("line_id: 'P' purchase_id: 'P' sku: 'S' quantity: 1 "
                                     "reason: REMOVAL_REASON_HOLD_EXPIRED " +
                                     totals(0, 0, 0)));
}

TEST(Cart, KeepsAPurchaseThatIsCheckedOutAlready) {
  given<Cart>({line_added, purchase_joined, checked_out}).when(take_out("P")).nothing_happens();
}

TEST(Cart, NeverTakesAClientsLineOutForAPurchase) { given<Cart>({line_added}).when(take_out("L")).nothing_happens(); }

}  // namespace
}  // namespace keel::cart
