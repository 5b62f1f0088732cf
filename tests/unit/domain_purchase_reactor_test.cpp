#include "domain/purchase/purchase_reactor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "support/messages.hpp"

namespace keel::purchase {
namespace {

using domain::Answered;
using domain::Message;
using domain::Reaction;
using tests::message;

const Answered yes{true, "", ""};
Answered no(const std::string& reason) { return {false, reason, "because"}; }

Reaction react(std::string_view context, const std::string& type, const std::string& id, const Message& event) {
  const AggregateRef aggregate{type, id};
  return purchase_reactor().react({context, Lane{0}, Position{1}, aggregate, Version{1}, Timestamp{}, event});
}
Reaction on_purchase(const Message& event) { return react("purchase", "Purchase", "P", event); }
Reaction on_cart(const Message& event) { return react("cart", "Cart", "c", event); }

/// Commands and their steps, as text.
std::vector<std::string> sent(const Reaction& reaction) {
  std::vector<std::string> texts;
  for (const auto& send : reaction.sends) {
    texts.push_back(send.step + ": " + send.command->GetDescriptor()->name() + " " + send.command->ShortDebugString());
  }
  return texts;
}
using Sent = std::vector<std::string>;

Reaction after(const Reaction& reaction, const Answered& answer) {
  const auto& then = reaction.sends.at(0).then;
  return then ? then(answer) : Reaction{};
}
bool is_silent(const Reaction& reaction) {
  return reaction.sends.empty() && reaction.timers.empty() && reaction.cancelled_timers.empty();
}

const std::string terms =
    "terms { cart_id: 'c' customer_id: 'alice' sku: 'S' quantity: 3 unit_price { currency_code: 'GBP' "
    "minor_units: 250 } hold_seconds: 900 expires_at { seconds: 1700000900 } }";
const auto requested = message<v1::PurchaseRequested>(terms);
const auto reserved = message<v1::PurchaseReserved>(terms);

TEST(PurchaseReactor, ReadsPurchasesAndCarts) {
  EXPECT_EQ(purchase_reactor().name, "purchase");
  EXPECT_THAT(purchase_reactor().reads, ::testing::ElementsAre("purchase", "cart"));
}

TEST(PurchaseReactor, ReservesWhatWasBought) {
  const auto reaction = on_purchase(requested);
  EXPECT_EQ(sent(reaction), Sent{"reserve: ReserveForPurchaseRequest sku: \"S\" purchase_id: \"P\" quantity: 3"});
  EXPECT_TRUE(reaction.timers.empty()) << "nothing is held yet";
  EXPECT_EQ(sent(after(reaction, yes)), Sent{"note-reserved: NoteReservedRequest purchase_id: \"P\""});
  EXPECT_EQ(sent(after(reaction, no("OUT_OF_STOCK"))),
            Sent{"note-refused: NoteRefusedRequest purchase_id: \"P\" reason: \"OUT_OF_STOCK\""});
}

TEST(PurchaseReactor, GivesStockBackThatAClosedPurchaseGotOnARepeat) {
  const auto noting = after(on_purchase(requested), yes);
  EXPECT_TRUE(is_silent(after(noting, yes)));
  EXPECT_EQ(sent(after(noting, no("PURCHASE_OUT_OF_STEP"))),
            Sent{"give-back: ReleaseForPurchaseRequest sku: \"S\" purchase_id: \"P\""});
}

TEST(PurchaseReactor, PutsAHeldItemIntoTheCartAndWindsTheClock) {
  const auto reaction = on_purchase(reserved);
  EXPECT_EQ(sent(reaction),
            Sent{"put: PutPurchaseRequest cart_id: \"c\" purchase_id: \"P\" sku: \"S\" quantity: 3 unit_price { "
                 "currency_code: \"GBP\" minor_units: 250 } customer_id: \"alice\""});
  EXPECT_TRUE(is_silent(after(reaction, yes))) << "the cart's event tells the rest";
  ASSERT_EQ(reaction.timers.size(), 1U);
  EXPECT_EQ(reaction.timers[0].key, "expire/P");
  EXPECT_EQ(reaction.timers[0].due_at.time_since_epoch(), std::chrono::seconds(1'700'000'900));
  EXPECT_EQ(reaction.timers[0].command->GetTypeName(), "keel.purchase.v1.ExpireRequest");
  EXPECT_EQ(reaction.timers[0].command->ShortDebugString(), "purchase_id: \"P\"");
}

TEST(PurchaseReactor, NamesNoCustomerForAGuest) {
  auto guests = reserved;
  guests.mutable_terms()->clear_customer_id();
  const auto reaction = on_purchase(guests);
  EXPECT_FALSE(static_cast<const cart::v1::PutPurchaseRequest&>(*reaction.sends[0].command).has_customer_id());
}

TEST(PurchaseReactor, TakesAnExpiredItemOutOfTheCartBeforeStockMoves) {
  const auto reaction = on_purchase(message<v1::PurchaseExpired>("cart_id: 'c'"));
  EXPECT_EQ(sent(reaction), Sent{"take-out: TakeOutPurchaseRequest cart_id: \"c\" purchase_id: \"P\""});
  EXPECT_TRUE(is_silent(after(reaction, yes)));
}

TEST(PurchaseReactor, GivesStockBackOnceTheItemIsOutOfTheCart) {
  const auto reaction = on_purchase(message<v1::PurchaseLeftCart>("sku: 'S' reason: 'ITEM_REMOVED'"));
  EXPECT_EQ(sent(reaction), Sent{"release: ReleaseForPurchaseRequest sku: \"S\" purchase_id: \"P\""});
  const Sent noted{"note-released: NoteReleasedRequest purchase_id: \"P\""};
  EXPECT_EQ(sent(after(reaction, yes)), noted);
  EXPECT_EQ(sent(after(reaction, no("SKU_UNKNOWN"))), noted) << "nothing is held either way";
}

TEST(PurchaseReactor, ConfirmsWhatWasCheckedOut) {
  const auto reaction = on_purchase(message<v1::PurchaseCheckedOut>("sku: 'S'"));
  EXPECT_EQ(sent(reaction), Sent{"confirm: ConfirmForPurchaseRequest sku: \"S\" purchase_id: \"P\""});
  EXPECT_EQ(sent(after(reaction, yes)), Sent{"note-confirmed: NoteConfirmedRequest purchase_id: \"P\""});
  EXPECT_EQ(sent(after(reaction, no("RESERVATION_UNKNOWN"))),
            Sent{"note-unconfirmed: NoteUnconfirmedRequest purchase_id: \"P\" reason: \"RESERVATION_UNKNOWN\""});
}

TEST(PurchaseReactor, StopsTheClockAtTheEnd) {
  const std::vector<std::string> clock{"expire/P"};
  EXPECT_EQ(on_purchase(v1::PurchaseReleased()).cancelled_timers, clock);
  EXPECT_EQ(on_purchase(v1::PurchaseConfirmed()).cancelled_timers, clock);
  EXPECT_EQ(on_purchase(v1::PurchaseUnconfirmed()).cancelled_timers, clock);
}

TEST(PurchaseReactor, LeavesTheRestAlone) {
  EXPECT_TRUE(is_silent(on_purchase(v1::PurchaseRefused())));
  EXPECT_TRUE(is_silent(on_purchase(v1::PurchasePlacedInCart())));
  EXPECT_TRUE(is_silent(on_cart(message<cart::v1::ItemAdded>("line_id: 'L'"))));
  EXPECT_TRUE(is_silent(on_cart(message<cart::v1::ItemRemoved>("line_id: 'L'"))));
  EXPECT_TRUE(is_silent(on_cart(cart::v1::QuantityChanged())));
  EXPECT_TRUE(is_silent(on_cart(cart::v1::CartCheckedOut())));
  EXPECT_TRUE(is_silent(on_cart(cart::v1::CartAbandoned())));
}

TEST(PurchaseReactor, HearsThatTheCartHasTheItem) {
  EXPECT_EQ(sent(on_cart(message<cart::v1::ItemAdded>("line_id: 'P' purchase_id: 'P'"))),
            Sent{"note-in-cart: NoteInCartRequest purchase_id: \"P\""});
}

TEST(PurchaseReactor, HearsWhyTheCartDoesNotHaveTheItem) {
  const auto noted = [](const std::string& reason) {
    return Sent{"note-out-of-cart: NoteOutOfCartRequest purchase_id: \"P\" reason: \"" + reason + "\""};
  };
  EXPECT_EQ(sent(on_cart(message<cart::v1::PurchaseTurnedAway>("purchase_id: 'P' reason: 'CART_FULL'"))),
            noted("CART_FULL"));
  EXPECT_EQ(sent(on_cart(message<cart::v1::ItemRemoved>("purchase_id: 'P' reason: REMOVAL_REASON_CLIENT"))),
            noted("ITEM_REMOVED"));
  EXPECT_EQ(sent(on_cart(message<cart::v1::ItemRemoved>("purchase_id: 'P' reason: REMOVAL_REASON_HOLD_EXPIRED"))),
            noted("HOLD_EXPIRED"));
}

TEST(PurchaseReactor, TellsEveryPurchaseOfACartThatEnds) {
  EXPECT_EQ(sent(on_cart(message<cart::v1::CartCheckedOut>("purchase_ids: 'P' purchase_ids: 'Q'"))),
            (Sent{"note-checked-out/P: NoteCheckedOutRequest purchase_id: \"P\"",
                  "note-checked-out/Q: NoteCheckedOutRequest purchase_id: \"Q\""}));
  EXPECT_EQ(sent(on_cart(message<cart::v1::CartAbandoned>("purchase_ids: 'P' purchase_ids: 'Q'"))),
            (Sent{"note-out-of-cart/P: NoteOutOfCartRequest purchase_id: \"P\" reason: \"CART_ABANDONED\"",
                  "note-out-of-cart/Q: NoteOutOfCartRequest purchase_id: \"Q\" reason: \"CART_ABANDONED\""}));
}

}  // namespace
}  // namespace keel::purchase
