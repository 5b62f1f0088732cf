#include "domain/purchase/purchase_reactor.hpp"

#include <utility>

#include "domain/shape.hpp"
#include "keel/cart/v1/commands.pb.h"
#include "keel/cart/v1/events.pb.h"
#include "keel/inventory/v1/commands.pb.h"
#include "keel/purchase/v1/commands.pb.h"
#include "keel/purchase/v1/events.pb.h"

namespace keel::purchase {
namespace {

using domain::Answered;
using domain::Happened;
using domain::Reaction;
using domain::Send;

using Then = std::function<Reaction(const Answered&)>;

template <class Command>
Reaction send(std::string step, Command command, Then then = {}) {
  Reaction reaction;
  reaction.sends.push_back(Send{std::move(step), std::make_unique<Command>(std::move(command)), std::move(then)});
  return reaction;
}

template <class Note>
Note note(const std::string& purchase_id) {
  Note note;
  note.set_purchase_id(purchase_id);
  return note;
}

template <class Note>
Note note(const std::string& purchase_id, const std::string& reason) {
  Note note;
  note.set_purchase_id(purchase_id);
  note.set_reason(reason);
  return note;
}

template <class Request>
Request to_stock(const std::string& sku, const std::string& purchase_id) {
  Request request;
  request.set_sku(sku);
  request.set_purchase_id(purchase_id);
  return request;
}

std::string timer_key(const std::string& purchase_id) { return "expire/" + purchase_id; }

// -- what purchases say ----------------------------------------------------------------------------------------

Reaction on(const std::string& id, const v1::PurchaseRequested& event) {
  const std::string& sku = event.terms().sku();
  auto request = to_stock<inventory::v1::ReserveForPurchaseRequest>(sku, id);
  request.set_quantity(event.terms().quantity());
  const auto give_back_if_closed = [id, sku](const Answered& noted) {
    if (noted.accepted) return Reaction{};
    return send("give-back", to_stock<inventory::v1::ReleaseForPurchaseRequest>(sku, id));
  };
  return send("reserve", std::move(request), [id, give_back_if_closed](const Answered& stock) {
    if (!stock.accepted) return send("note-refused", note<v1::NoteRefusedRequest>(id, stock.reason));
    return send("note-reserved", note<v1::NoteReservedRequest>(id), give_back_if_closed);
  });
}

Reaction on(const std::string& id, const v1::PurchaseReserved& event) {
  const auto& terms = event.terms();
  cart::v1::PutPurchaseRequest put;
  put.set_cart_id(terms.cart_id());
  put.set_purchase_id(id);
  put.set_sku(terms.sku());
  put.set_quantity(terms.quantity());
  *put.mutable_unit_price() = terms.unit_price();
  if (terms.has_customer_id()) put.set_customer_id(terms.customer_id());

  Reaction reaction = send("put", std::move(put));
  reaction.timers.push_back({timer_key(id), domain::from_message(terms.expires_at()),
                             std::make_unique<v1::ExpireRequest>(note<v1::ExpireRequest>(id))});
  return reaction;
}

Reaction on(const std::string& id, const v1::PurchaseExpired& event) {
  cart::v1::TakeOutPurchaseRequest take_out;
  take_out.set_cart_id(event.cart_id());
  take_out.set_purchase_id(id);
  return send("take-out", std::move(take_out));
}

Reaction on(const std::string& id, const v1::PurchaseLeftCart& event) {
  return send("release", to_stock<inventory::v1::ReleaseForPurchaseRequest>(event.sku(), id),
              [id](const Answered&) { return send("note-released", note<v1::NoteReleasedRequest>(id)); });
}

Reaction on(const std::string& id, const v1::PurchaseCheckedOut& event) {
  return send("confirm", to_stock<inventory::v1::ConfirmForPurchaseRequest>(event.sku(), id),
              [id](const Answered& stock) {
                if (stock.accepted) return send("note-confirmed", note<v1::NoteConfirmedRequest>(id));
                return send("note-unconfirmed", note<v1::NoteUnconfirmedRequest>(id, stock.reason));
              });
}

Reaction cancel_timer(const std::string& id) {
  Reaction reaction;
  reaction.cancelled_timers.push_back(timer_key(id));
  return reaction;
}

Reaction on(const std::string& id, const v1::PurchaseReleased&) { return cancel_timer(id); }
Reaction on(const std::string& id, const v1::PurchaseConfirmed&) { return cancel_timer(id); }
Reaction on(const std::string& id, const v1::PurchaseUnconfirmed&) { return cancel_timer(id); }

// -- what carts say --------------------------------------------------------------------------------------------

Reaction on(const std::string&, const cart::v1::ItemAdded& event) {
  if (!event.has_purchase_id()) return {};
  return send("note-in-cart", note<v1::NoteInCartRequest>(event.purchase_id()));
}

Reaction on(const std::string&, const cart::v1::PurchaseTurnedAway& event) {
  return send("note-out-of-cart", note<v1::NoteOutOfCartRequest>(event.purchase_id(), event.reason()));
}

Reaction on(const std::string&, const cart::v1::ItemRemoved& event) {
  if (!event.has_purchase_id()) return {};
  const bool expired = event.reason() == cart::v1::REMOVAL_REASON_HOLD_EXPIRED;
  const char* reason = expired ? "HOLD_EXPIRED" : "ITEM_REMOVED";
  return send("note-out-of-cart", note<v1::NoteOutOfCartRequest>(event.purchase_id(), reason));
}

Reaction on(const std::string&, const cart::v1::CartAbandoned& event) {
  Reaction reaction;
  for (const auto& id : event.purchase_ids()) {
    auto one = send("note-out-of-cart/" + id, note<v1::NoteOutOfCartRequest>(id, "CART_ABANDONED"));
    reaction.sends.push_back(std::move(one.sends.front()));
  }
  return reaction;
}

Reaction on(const std::string&, const cart::v1::CartCheckedOut& event) {
  Reaction reaction;
  for (const auto& id : event.purchase_ids()) {
    auto one = send("note-checked-out/" + id, note<v1::NoteCheckedOutRequest>(id));
    reaction.sends.push_back(std::move(one.sends.front()));
  }
  return reaction;
}

// -- which is which --------------------------------------------------------------------------------------------

template <class... Events>
Reaction dispatch(const Happened& happened) {
  Reaction reaction;
  const auto try_one = [&]<class Event>(const Event*) {
    if (happened.event.GetDescriptor() != Event::descriptor()) return false;
    reaction = on(happened.aggregate.id, static_cast<const Event&>(happened.event));
    return true;
  };
  (try_one(static_cast<const Events*>(nullptr)) || ...);
  return reaction;
}

Reaction react(const Happened& happened) {
  return dispatch<v1::PurchaseRequested, v1::PurchaseReserved, v1::PurchaseExpired, v1::PurchaseLeftCart,
                  v1::PurchaseCheckedOut, v1::PurchaseReleased, v1::PurchaseConfirmed, v1::PurchaseUnconfirmed,
                  cart::v1::ItemAdded, cart::v1::PurchaseTurnedAway, cart::v1::ItemRemoved, cart::v1::CartAbandoned,
                  cart::v1::CartCheckedOut>(happened);
}

}  // namespace

const domain::Reactor& purchase_reactor() {
  static const domain::Reactor reactor{"purchase", {"purchase", "cart"}, &react};
  return reactor;
}

}  // namespace keel::purchase
