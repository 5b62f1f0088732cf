#pragma once

#include "domain/reaction.hpp"

namespace keel::purchase {

/// Moves purchases along: reads the events of purchases and of carts, and answers each with the next command.
///
/// | event | command, then what its answer brings |
/// |---|---|
/// | PurchaseRequested | ReserveForPurchase; accepted: NoteReserved (when that is refused: ReleaseForPurchase); refused: NoteRefused |
/// | PurchaseReserved | PutPurchase; the hold's timer is set, which sends Expire |
/// | PurchaseExpired | TakeOutPurchase |
/// | PurchaseLeftCart | ReleaseForPurchase, then NoteReleased |
/// | PurchaseCheckedOut | ConfirmForPurchase; accepted: NoteConfirmed; refused: NoteUnconfirmed |
/// | PurchaseReleased, PurchaseConfirmed, PurchaseUnconfirmed | the hold's timer is cancelled |
/// | ItemAdded of a purchase | NoteInCart |
/// | PurchaseTurnedAway, ItemRemoved of a purchase | NoteOutOfCart |
/// | CartAbandoned, CartCheckedOut | NoteOutOfCart, NoteCheckedOut to each of its purchases |
///
/// Promises, whatever crashes and however often an event is answered again: stock is neither lost nor left reserved nor
/// sold twice. They rest on three things. The cart's word is final: a put that it does not let in is stored as an
/// event, because a refusal would be a new decision when repeated. Stock is given back or confirmed only after that
/// word. And when the stock says yes to a purchase that is closed already (a repeat after a refusal), it is given back.
///
/// Pure; any thread.
const domain::Reactor& purchase_reactor();

}  // namespace keel::purchase
