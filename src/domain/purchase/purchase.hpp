#pragma once

#include <chrono>

#include "domain/aggregate.hpp"
#include "keel/purchase/v1/commands.pb.h"
#include "keel/purchase/v1/events.pb.h"
#include "keel/purchase/v1/state.pb.h"

namespace keel::purchase {

using domain::Decision;
using domain::Messages;
using domain::Stamp;
using domain::Violations;

/// The way of one bought item through stock and cart:
///
///     REQUESTED ──► RESERVED ──► IN_CART ──► EXPIRING      (the cart's final word is heard in the last three)
///         │             └────────────┴───────────┤
///         ▼                                      ├──► CONFIRMING ──► CONFIRMED   (FAILED: the reservation was gone)
///      REFUSED                                   └──► RELEASING ──► RELEASED
///
/// It remembers how far the workflow is; the reactor (purchase_reactor.hpp) does the moving. From RESERVED on the cart
/// decides: its one final word about the item (checked out, or out of the cart) is heard in any of RESERVED, IN_CART
/// and EXPIRING, because the words of two lanes may arrive in any order.
struct Purchase {
  static constexpr std::string_view context = "purchase";
  static constexpr std::string_view type = "Purchase";
  static constexpr int evolve_revision = 1;
  /// Stock is held this long when the buyer says nothing, in seconds.
  static constexpr std::int64_t default_hold_seconds = 900;
  static constexpr std::int64_t max_hold_seconds = 86'400;
  /// When a hold is over before the cart has answered, the timer asks again after this long.
  static constexpr std::chrono::seconds cart_patience{1};

  using State = v1::PurchaseState;
  using Commands = Messages<v1::BuyRequest, v1::NoteReservedRequest, v1::NoteRefusedRequest, v1::NoteInCartRequest,
                            v1::NoteOutOfCartRequest, v1::NoteCheckedOutRequest, v1::NoteReleasedRequest,
                            v1::NoteConfirmedRequest, v1::NoteUnconfirmedRequest, v1::ExpireRequest>;
  using Events = Messages<v1::PurchaseRequested, v1::PurchaseReserved, v1::PurchaseRefused, v1::PurchasePlacedInCart,
                          v1::PurchaseExpired, v1::PurchaseLeftCart, v1::PurchaseCheckedOut, v1::PurchaseReleased,
                          v1::PurchaseConfirmed, v1::PurchaseUnconfirmed>;

  // -- rules: read no clock, make no ids, touch no store -------------------------------------------------------
  static Decision decide(const State& purchase, const v1::BuyRequest& command, const Stamp& stamp);
  static Decision decide(const State& purchase, const v1::NoteReservedRequest& command);
  static Decision decide(const State& purchase, const v1::NoteRefusedRequest& command);
  static Decision decide(const State& purchase, const v1::NoteInCartRequest& command);
  static Decision decide(const State& purchase, const v1::NoteOutOfCartRequest& command);
  static Decision decide(const State& purchase, const v1::NoteCheckedOutRequest& command);
  static Decision decide(const State& purchase, const v1::NoteReleasedRequest& command);
  static Decision decide(const State& purchase, const v1::NoteConfirmedRequest& command);
  static Decision decide(const State& purchase, const v1::NoteUnconfirmedRequest& command);
  static Decision decide(const State& purchase, const v1::ExpireRequest& command, const Stamp& stamp);

  // -- memory: total, history is never refused -----------------------------------------------------------------
  static void evolve(State& purchase, const v1::PurchaseRequested& event);
  static void evolve(State& purchase, const v1::PurchaseReserved& event);
  static void evolve(State& purchase, const v1::PurchaseRefused& event);
  static void evolve(State& purchase, const v1::PurchasePlacedInCart& event);
  static void evolve(State& purchase, const v1::PurchaseExpired& event);
  static void evolve(State& purchase, const v1::PurchaseLeftCart& event);
  static void evolve(State& purchase, const v1::PurchaseCheckedOut& event);
  static void evolve(State& purchase, const v1::PurchaseReleased& event);
  static void evolve(State& purchase, const v1::PurchaseConfirmed& event);
  static void evolve(State& purchase, const v1::PurchaseUnconfirmed& event);

  // -- shape: what no state could make right -------------------------------------------------------------------
  static void check(const v1::BuyRequest& command, Violations& violations);
};

static_assert(domain::Aggregate<Purchase>);

}  // namespace keel::purchase
