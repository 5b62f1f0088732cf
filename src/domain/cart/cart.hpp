#pragma once

#include "domain/aggregate.hpp"
#include "keel/cart/v1/commands.pb.h"
#include "keel/cart/v1/events.pb.h"
#include "keel/cart/v1/state.pb.h"

namespace keel::cart {

using domain::Decision;
using domain::Messages;
using domain::Stamp;
using domain::Violations;

/// A cart collects one customer's items until it is checked out or given up. Its first item makes it.
///
/// It decides the fate of a purchase's item: whether it comes in, leaves, or is sold is said once, by one event of the
/// cart, and stock follows that event (docs/protocol.md, "Workflows and timers").
struct Cart {
  static constexpr std::string_view context = "cart";
  static constexpr std::string_view type = "Cart";
  static constexpr int evolve_revision = 1;
  /// A cart is one message in memory and in every snapshot, so it has an end.
  static constexpr int max_lines = 1'000;

  using State = v1::CartState;
  using Commands = Messages<v1::AddItemRequest, v1::ChangeQuantityRequest, v1::RemoveItemRequest, v1::CheckOutRequest,
                            v1::AbandonRequest, v1::PutPurchaseRequest, v1::TakeOutPurchaseRequest>;
  using Events = Messages<v1::ItemAdded, v1::QuantityChanged, v1::ItemRemoved, v1::PurchaseTurnedAway,
                          v1::CartCheckedOut, v1::CartAbandoned>;

  // -- rules: read no clock, make no ids, touch no store -------------------------------------------------------
  static Decision decide(const State& cart, const v1::AddItemRequest& command, const Stamp& stamp);
  static Decision decide(const State& cart, const v1::ChangeQuantityRequest& command);
  static Decision decide(const State& cart, const v1::RemoveItemRequest& command);
  static Decision decide(const State& cart, const v1::CheckOutRequest& command);
  static Decision decide(const State& cart, const v1::AbandonRequest& command);
  static Decision decide(const State& cart, const v1::PutPurchaseRequest& command);
  static Decision decide(const State& cart, const v1::TakeOutPurchaseRequest& command);

  // -- memory: total, history is never refused -----------------------------------------------------------------
  static void evolve(State& cart, const v1::ItemAdded& event);
  static void evolve(State& cart, const v1::QuantityChanged& event);
  static void evolve(State& cart, const v1::ItemRemoved& event);
  static void evolve(State& cart, const v1::PurchaseTurnedAway& event);
  static void evolve(State& cart, const v1::CartCheckedOut& event);
  static void evolve(State& cart, const v1::CartAbandoned& event);

  // -- shape: what no state could make right -------------------------------------------------------------------
  static void check(const v1::AddItemRequest& command, Violations& violations);
  static void check(const v1::ChangeQuantityRequest& command, Violations& violations);
  static void check(const v1::RemoveItemRequest& command, Violations& violations);
};

static_assert(domain::Aggregate<Cart>);

}  // namespace keel::cart
