#pragma once

#include "domain/reaction.hpp"

namespace keel::purchase {

/// Moves purchases along: reads the events of purchases and of carts, and answers each with the next command.
///
/// | event | what is sent, and what follows its answer |
/// |---|---|
/// | PurchaseRequested | ReserveForPurchase. Accepted: NoteReserved (refused: give back). Refused: NoteRefused |
/// | PurchaseReserved | PutPurchase. The hold's timer is set; it sends Expire |
/// | PurchaseExpired | TakeOutPurchase |
/// | PurchaseLeftCart | ReleaseForPurchase, then NoteReleased |
/// | PurchaseCheckedOut | ConfirmForPurchase. Accepted: NoteConfirmed. Refused: NoteUnconfirmed |
/// | PurchaseReleased, PurchaseConfirmed, PurchaseUnconfirmed | The hold's timer is cancelled |
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
