#pragma once

#include "domain/aggregate.hpp"
#include "keel/inventory/v1/commands.pb.h"
#include "keel/inventory/v1/events.pb.h"
#include "keel/inventory/v1/state.pb.h"

namespace keel::inventory {

using domain::Decision;
using domain::Messages;
using domain::Stamp;
using domain::Violations;

/// The stock of one SKU: how much there is, and who has been promised how much of it. Its first receipt makes it.
///
/// Always 0 <= reserved <= on hand: stock is never promised twice, in any prefix of the journal. First come, first
/// served, in the order in which this aggregate decides.
///
/// A closed reservation leaves the state, so that a hot SKU stays small. Why is that safe? A command that is repeated
/// with its request id gets the stored answer of the first one (docs/protocol.md, "Answers"). With another id, a
/// release of what is not open is a no-op and a confirmation of it is refused; neither changes anything.
struct Stock {
  static constexpr std::string_view context = "inventory";
  static constexpr std::string_view type = "Stock";
  static constexpr int evolve_revision = 1;

  using State = v1::StockState;
  using Commands = Messages<v1::ReceiveStockRequest, v1::ReserveRequest, v1::ConfirmReservationRequest,
                            v1::ReleaseReservationRequest, v1::ReserveForPurchaseRequest, v1::ConfirmForPurchaseRequest,
                            v1::ReleaseForPurchaseRequest>;
  using Events = Messages<v1::StockReceived, v1::StockReserved, v1::ReservationConfirmed, v1::ReservationReleased>;

  // -- rules: read no clock, make no ids, touch no store -------------------------------------------------------
  static Decision decide(const State& stock, const v1::ReceiveStockRequest& command);
  static Decision decide(const State& stock, const v1::ReserveRequest& command);
  static Decision decide(const State& stock, const v1::ConfirmReservationRequest& command);
  static Decision decide(const State& stock, const v1::ReleaseReservationRequest& command);
  static Decision decide(const State& stock, const v1::ReserveForPurchaseRequest& command);
  static Decision decide(const State& stock, const v1::ConfirmForPurchaseRequest& command);
  static Decision decide(const State& stock, const v1::ReleaseForPurchaseRequest& command);

  // -- memory: total, history is never refused -----------------------------------------------------------------
  static void evolve(State& stock, const v1::StockReceived& event);
  static void evolve(State& stock, const v1::StockReserved& event);
  static void evolve(State& stock, const v1::ReservationConfirmed& event);
  static void evolve(State& stock, const v1::ReservationReleased& event);

  // -- shape: what no state could make right -------------------------------------------------------------------
  static void check(const v1::ReceiveStockRequest& command, Violations& violations);
  static void check(const v1::ReserveRequest& command, Violations& violations);
  static void check(const v1::ConfirmReservationRequest& command, Violations& violations);
  static void check(const v1::ReleaseReservationRequest& command, Violations& violations);
};

static_assert(domain::Aggregate<Stock>);

}  // namespace keel::inventory
