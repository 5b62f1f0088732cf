#include "domain/purchase/purchase.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/given_when_then.hpp"
#include "support/messages.hpp"

namespace keel::purchase {
namespace {

using tests::a_stamp;
using tests::given;
using tests::message;

const std::string wish =
    "cart_id: 'c' customer_id: 'alice' sku: 'S' quantity: 3 unit_price { currency_code: 'GBP' minor_units: 250 } ";

// a_stamp() says 1,700,000,000 s.
std::string terms(const std::string& hold = "hold_seconds: 900 expires_at { seconds: 1700000900 }") {
  return "terms { " + wish + hold + " }";
}
domain::Stamp seconds_later(std::int64_t seconds) {
  auto stamp = a_stamp();
  stamp.now += std::chrono::seconds(seconds);
  return stamp;
}

v1::BuyRequest buy(const std::string& more = "") { return message<v1::BuyRequest>("purchase_id: 'P' " + wish + more); }
template <class Note>
Note note(const std::string& reason) {
  return message<Note>("purchase_id: 'P' reason: '" + reason + "'");
}
const v1::NoteReservedRequest note_reserved;
const auto note_refused = note<v1::NoteRefusedRequest>("OUT_OF_STOCK");
const v1::NoteInCartRequest note_in_cart;
const auto note_out_of_cart = note<v1::NoteOutOfCartRequest>("ITEM_REMOVED");
const v1::NoteCheckedOutRequest note_checked_out;
const v1::NoteReleasedRequest note_released;
const v1::NoteConfirmedRequest note_confirmed;
const auto note_unconfirmed = note<v1::NoteUnconfirmedRequest>("RESERVATION_UNKNOWN");
const v1::ExpireRequest expire;

const auto requested = message<v1::PurchaseRequested>(terms());
const auto reserved = message<v1::PurchaseReserved>(terms());
const auto refused = message<v1::PurchaseRefused>("reason: 'OUT_OF_STOCK'");
const v1::PurchasePlacedInCart placed;
const auto expired = message<v1::PurchaseExpired>("cart_id: 'c'");
const auto left_cart = message<v1::PurchaseLeftCart>("sku: 'S' reason: 'ITEM_REMOVED'");
const auto checked_out = message<v1::PurchaseCheckedOut>("sku: 'S'");
const auto released = message<v1::PurchaseReleased>("reason: 'ITEM_REMOVED'");
const v1::PurchaseConfirmed confirmed;
const auto unconfirmed = message<v1::PurchaseUnconfirmed>("reason: 'RESERVATION_UNKNOWN'");

struct Row {
  const char* status;
  tests::Given history;
  std::vector<const char*> outcomes;
};

// A hold that is over: `Expire` is asked after it, everything else does not look at the clock.
TEST(Purchase, DecidesEveryCommandInEveryStatus) {
  const std::vector<tests::AnyMessage> commands = {
      buy(),         note_reserved,  note_refused,     note_in_cart, note_out_of_cart, note_checked_out,
      note_released, note_confirmed, note_unconfirmed, expire};
  constexpr auto unknown = "PURCHASE_UNKNOWN";
  constexpr auto out = "PURCHASE_OUT_OF_STEP";
  const Row rows[] = {
      {"unknown",
       given<Purchase>({}),
       {"PurchaseRequested", unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}},
      {"requested",
       given<Purchase>({requested}),
       {"-", "PurchaseReserved", "PurchaseRefused", out, out, out, out, out, out, "NOT_YET_DUE"}},
      {"reserved",
       given<Purchase>({requested, reserved}),
       {"-", "-", out, "PurchasePlacedInCart", "PurchaseLeftCart", "PurchaseCheckedOut", out, out, out, "NOT_YET_DUE"}},
      {"in cart",
       given<Purchase>({requested, reserved, placed}),
       {"-", "-", out, "-", "PurchaseLeftCart", "PurchaseCheckedOut", out, out, out, "PurchaseExpired"}},
      {"expiring",
       given<Purchase>({requested, reserved, placed, expired}),
       {"-", "-", out, "-", "PurchaseLeftCart", "PurchaseCheckedOut", out, out, out, "-"}},
      {"releasing",
       given<Purchase>({requested, reserved, placed, left_cart}),
       {"-", out, out, "-", "-", out, "PurchaseReleased", out, out, "-"}},
      {"confirming",
       given<Purchase>({requested, reserved, placed, checked_out}),
       {"-", "-", out, "-", out, "-", out, "PurchaseConfirmed", "PurchaseUnconfirmed", "-"}},
      {"refused", given<Purchase>({requested, refused}), {"-", out, "-", out, out, out, out, out, out, "-"}},
      {"released",
       given<Purchase>({requested, reserved, placed, left_cart, released}),
       {"-", out, out, "-", "-", out, "-", out, out, "-"}},
      {"confirmed",
       given<Purchase>({requested, reserved, placed, checked_out, confirmed}),
       {"-", out, out, "-", out, "-", out, "-", "-", "-"}},
      {"failed",
       given<Purchase>({requested, reserved, placed, checked_out, unconfirmed}),
       {"-", out, out, "-", out, "-", out, out, "-", "-"}},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(row.outcomes.size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      EXPECT_EQ(row.history.when(commands[i], seconds_later(901)).in_short(), row.outcomes[i])
          << row.status << ": " << (*commands[i]).GetDescriptor()->name();
    }
  }
}

// -- buying ----------------------------------------------------------------------------------------------------

TEST(Purchase, IsAcceptedAndHeldForAQuarterOfAnHour) {
  given<Purchase>({}).when(buy()).then(requested).replying(
      message<v1::BuyResponse>("expires_at { seconds: 1700000900 }"));
}

TEST(Purchase, IsHeldAsLongAsTheBuyerAsks) {
  given<Purchase>({})
      .when(buy("hold_seconds: 60"))
      .then(message<v1::PurchaseRequested>(terms("hold_seconds: 60 expires_at { seconds: 1700000060 }")));
}

TEST(Purchase, AnswersTheSameWishAgainWithTheFirstExpiry) {
  given<Purchase>({requested})
      .when(buy(), seconds_later(500))
      .nothing_happens()
      .replying(message<v1::BuyResponse>("expires_at { seconds: 1700000900 }"));
}

TEST(Purchase, RefusesAnotherWishOfTheSameId) {
  const auto has_been = given<Purchase>({requested});
  const auto differs = [&](auto change) {
    auto other = buy();
    change(other);
    has_been.when(other).refuses("PURCHASE_EXISTS", {{"purchase_id", "P"}});
  };
  differs([](v1::BuyRequest& other) { other.set_cart_id("d"); });
  differs([](v1::BuyRequest& other) { other.set_customer_id("bob"); });
  differs([](v1::BuyRequest& other) { other.clear_customer_id(); });
  differs([](v1::BuyRequest& other) { other.set_sku("T"); });
  differs([](v1::BuyRequest& other) { other.set_quantity(4); });
  differs([](v1::BuyRequest& other) { other.mutable_unit_price()->set_minor_units(251); });
  differs([](v1::BuyRequest& other) { other.mutable_unit_price()->set_currency_code("EUR"); });
  differs([](v1::BuyRequest& other) { other.set_hold_seconds(901); });
}

TEST(Purchase, RefusesAnAmountThatDoesNotFit) {
  auto dear = buy();
  dear.mutable_unit_price()->set_minor_units(std::numeric_limits<std::int64_t>::max() / 3 + 1);
  given<Purchase>({}).when(dear).refuses("AMOUNT_OVERFLOW");
  dear.mutable_unit_price()->set_minor_units(std::numeric_limits<std::int64_t>::max() / 3);
  EXPECT_EQ(given<Purchase>({}).when(dear).in_short(), "PurchaseRequested");
}

// -- what is noted ---------------------------------------------------------------------------------------------

TEST(Purchase, TellsTheNextStepAllThatItNeeds) {
  given<Purchase>({requested}).when(note_reserved).then(reserved);
  given<Purchase>({requested, reserved}).when(note_out_of_cart).then(left_cart);
  given<Purchase>({requested, reserved}).when(note_checked_out).then(checked_out);
}

TEST(Purchase, RemembersWhyItEnded) {
  given<Purchase>({requested}).when(note_refused).then(refused);
  given<Purchase>({requested, reserved, left_cart}).when(note_released).then(released);
  given<Purchase>({requested, reserved, checked_out}).when(note_unconfirmed).then(unconfirmed);
}

TEST(Purchase, SaysWhereItIsWhenANoteComesOutOfStep) {
  given<Purchase>({requested, refused})
      .when(note_reserved)
      .refuses("PURCHASE_OUT_OF_STEP", {{"status", "PURCHASE_STATUS_REFUSED"}});
}

TEST(Purchase, HearsTheCartsFinalWordBeforeItsFirst) {
  given<Purchase>({requested, reserved}).when(note_checked_out).then(checked_out);
  given<Purchase>({requested, reserved, checked_out}).when(note_in_cart).nothing_happens();
  given<Purchase>({requested, reserved, left_cart}).when(note_in_cart).nothing_happens();
}

TEST(Purchase, IsSoldWhenTheCartWasCheckedOutBeforeItCouldExpire) {
  given<Purchase>({requested, reserved, placed, expired}).when(note_checked_out).then(checked_out);
}

// -- expiry ----------------------------------------------------------------------------------------------------

TEST(Purchase, ExpiresWhenItsHoldIsOverAndNotBefore) {
  const auto in_cart = given<Purchase>({requested, reserved, placed});
  in_cart.when(expire, seconds_later(899)).refuses("NOT_YET_DUE", {{"due_at", "1700000900000000"}});
  in_cart.when(expire, seconds_later(900)).then(expired);
}

TEST(Purchase, WaitsForTheCartsAnswerBeforeItExpires) {
  for (const auto& waiting : {given<Purchase>({requested}), given<Purchase>({requested, reserved})}) {
    waiting.when(expire, seconds_later(899)).refuses("NOT_YET_DUE", {{"due_at", "1700000900000000"}});
    waiting.when(expire, seconds_later(1'000)).refuses("NOT_YET_DUE", {{"due_at", "1700001001000000"}});
  }
}

}  // namespace
}  // namespace keel::purchase
