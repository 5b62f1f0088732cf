#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "domain/cart/cart.hpp"
#include "domain/checked.hpp"

namespace keel::cart {
namespace {

using domain::Refusal;
using domain::refuse;

std::optional<Refusal> ended(const v1::CartState& cart) {
  if (cart.status() == v1::CART_STATUS_CHECKED_OUT) return refuse("CART_CHECKED_OUT", "the cart is checked out");
  if (cart.status() == v1::CART_STATUS_ABANDONED) return refuse("CART_ABANDONED", "the cart was abandoned");
  return std::nullopt;
}

std::optional<Refusal> not_open(const v1::CartState& cart) {
  if (cart.status() == v1::CART_STATUS_OPEN) return std::nullopt;
  if (auto refusal = ended(cart)) return refusal;
  return refuse("CART_UNKNOWN", "there is no such cart; its first item makes it");
}

const v1::CartLine* find_line(const v1::CartState& cart, const std::string& line_id) {
  const auto found = cart.lines().find(line_id);
  return found == cart.lines().end() ? nullptr : &found->second;
}

Refusal line_unknown(const std::string& line_id) {
  return refuse("LINE_UNKNOWN", "the cart has no line " + line_id, {{"line_id", line_id}});
}

/// What the cart would come to with so many more (or fewer) units at this price; nothing when that does not fit.
std::optional<v1::CartTotals> totals_with(const v1::CartState& cart, std::int64_t lines, std::int64_t units,
                                          const type::v1::Money& unit_price) {
  const auto change = domain::checked_multiply(unit_price.minor_units(), units);
  const auto amount =
      change ? domain::checked_add(cart.totals().amount().minor_units(), *change) : std::optional<std::int64_t>();
  const auto unit_count = domain::checked_add(cart.totals().unit_count(), units);
  if (!amount || !unit_count) return std::nullopt;
  v1::CartTotals totals;
  totals.mutable_amount()->set_currency_code(unit_price.currency_code());
  totals.mutable_amount()->set_minor_units(*amount);
  totals.set_line_count(cart.lines_size() + lines);
  totals.set_unit_count(*unit_count);
  return totals;
}

Refusal amount_overflow() {
  return refuse("AMOUNT_OVERFLOW", "the cart's total would not fit into 64 bits of minor units");
}

std::optional<Refusal> wrong_customer(const v1::CartState& cart, bool named, const std::string& customer_id) {
  if (cart.status() == v1::CART_STATUS_UNSPECIFIED || !named) return std::nullopt;
  if (cart.has_customer_id() && cart.customer_id() == customer_id) return std::nullopt;
  return refuse("CUSTOMER_MISMATCH", "the cart is not this customer's", {{"customer_id", customer_id}});
}

std::optional<Refusal> wrong_currency(const v1::CartState& cart, const std::string& currency) {
  if (cart.lines().empty() || cart.totals().amount().currency_code() == currency) return std::nullopt;
  const std::string& known = cart.totals().amount().currency_code();
  return refuse("CURRENCY_MISMATCH", "the cart is in " + known + ", the item in " + currency,
                {{"cart_currency", known}, {"item_currency", currency}});
}

/// The one way into a cart, for clients and for purchases: everything but the line's own id is in `item`.
template <class Request>
std::variant<v1::ItemAdded, Refusal> admit(const v1::CartState& cart, const Request& item) {
  if (auto refusal = ended(cart)) return *std::move(refusal);
  if (auto refusal = wrong_customer(cart, item.has_customer_id(), item.customer_id())) return *std::move(refusal);
  if (auto refusal = wrong_currency(cart, item.unit_price().currency_code())) return *std::move(refusal);
  if (cart.lines_size() >= Cart::max_lines) {
    const std::string most = std::to_string(Cart::max_lines);
    return refuse("CART_FULL", "a cart has at most " + most + " lines", {{"max_lines", most}});
  }
  auto totals = totals_with(cart, 1, item.quantity(), item.unit_price());
  if (!totals) return amount_overflow();

  v1::ItemAdded added;
  added.set_sku(item.sku());
  added.set_quantity(item.quantity());
  *added.mutable_unit_price() = item.unit_price();
  const bool is_new = cart.status() == v1::CART_STATUS_UNSPECIFIED;
  if (is_new && item.has_customer_id()) added.set_customer_id(item.customer_id());
  if (!is_new && cart.has_customer_id()) added.set_customer_id(cart.customer_id());
  *added.mutable_totals() = *std::move(totals);
  return added;
}

bool same_content(const v1::CartLine& line, const v1::AddItemRequest& item) {
  return !line.has_purchase_id() && line.sku() == item.sku() && line.quantity() == item.quantity() &&
         line.unit_price().currency_code() == item.unit_price().currency_code() &&
         line.unit_price().minor_units() == item.unit_price().minor_units();
}

Decision remove(const v1::CartState& cart, const std::string& line_id, const v1::CartLine& line,
                v1::RemovalReason reason) {
  auto totals = totals_with(cart, -1, -line.quantity(), line.unit_price());
  if (!totals) return amount_overflow();
  v1::ItemRemoved removed;
  removed.set_line_id(line_id);
  removed.set_sku(line.sku());
  removed.set_quantity(line.quantity());
  if (line.has_purchase_id()) removed.set_purchase_id(line.purchase_id());
  removed.set_reason(reason);
  *removed.mutable_totals() = *std::move(totals);
  return Decision::events(std::move(removed));
}

/// Lets an ending cart name its purchases, in the order of their ids, and its customer.
template <class Ending>
void describe(const v1::CartState& cart, Ending& ending) {
  for (const auto& [line_id, line] : cart.lines()) {
    if (line.has_purchase_id()) ending.add_purchase_ids(line.purchase_id());
  }
  std::sort(ending.mutable_purchase_ids()->begin(), ending.mutable_purchase_ids()->end());
  if (cart.has_customer_id()) ending.set_customer_id(cart.customer_id());
}

}  // namespace

Decision Cart::decide(const State& cart, const v1::AddItemRequest& command, const Stamp& stamp) {
  const std::string line_id = command.has_line_id() ? command.line_id() : stamp.fresh_id.text();
  v1::AddItemResponse response;
  response.set_line_id(line_id);
  if (auto refusal = ended(cart)) return *std::move(refusal);
  if (const auto* line = find_line(cart, line_id)) {
    if (same_content(*line, command)) return Decision::events().replying(response);
    return refuse("LINE_EXISTS", "the cart has another line " + line_id, {{"line_id", line_id}});
  }
  auto admitted = admit(cart, command);
  if (auto* refusal = std::get_if<Refusal>(&admitted)) return std::move(*refusal);
  auto& added = std::get<v1::ItemAdded>(admitted);
  added.set_line_id(line_id);
  return Decision::events(std::move(added)).replying(response);
}

Decision Cart::decide(const State& cart, const v1::ChangeQuantityRequest& command) {
  if (auto refusal = not_open(cart)) return *std::move(refusal);
  const auto* line = find_line(cart, command.line_id());
  if (line == nullptr) return line_unknown(command.line_id());
  if (line->has_purchase_id()) {
    return refuse("LINE_BELONGS_TO_PURCHASE", "stock is held for this line: it can be removed, not changed",
                  {{"line_id", command.line_id()}, {"purchase_id", line->purchase_id()}});
  }
  if (line->quantity() == command.quantity()) return Decision::events();
  auto totals = totals_with(cart, 0, command.quantity() - line->quantity(), line->unit_price());
  if (!totals) return amount_overflow();

  v1::QuantityChanged changed;
  changed.set_line_id(command.line_id());
  changed.set_quantity(command.quantity());
  changed.set_previous_quantity(line->quantity());
  *changed.mutable_totals() = *std::move(totals);
  return Decision::events(std::move(changed));
}

Decision Cart::decide(const State& cart, const v1::RemoveItemRequest& command) {
  if (auto refusal = not_open(cart)) return *std::move(refusal);
  const auto* line = find_line(cart, command.line_id());
  if (line == nullptr) return line_unknown(command.line_id());
  return remove(cart, command.line_id(), *line, v1::REMOVAL_REASON_CLIENT);
}

Decision Cart::decide(const State& cart, const v1::CheckOutRequest&) {
  v1::CheckOutResponse response;
  *response.mutable_totals() = cart.totals();
  if (cart.status() == v1::CART_STATUS_CHECKED_OUT) return Decision::events().replying(response);
  if (auto refusal = not_open(cart)) return *std::move(refusal);
  if (cart.lines().empty()) return refuse("CART_EMPTY", "an empty cart cannot be checked out");

  v1::CartCheckedOut checked_out;
  *checked_out.mutable_totals() = cart.totals();
  describe(cart, checked_out);
  return Decision::events(std::move(checked_out)).replying(response);
}

Decision Cart::decide(const State& cart, const v1::AbandonRequest&) {
  if (cart.status() == v1::CART_STATUS_ABANDONED) return Decision::events();
  if (auto refusal = not_open(cart)) return *std::move(refusal);
  v1::CartAbandoned abandoned;
  describe(cart, abandoned);
  return Decision::events(std::move(abandoned));
}

Decision Cart::decide(const State& cart, const v1::PutPurchaseRequest& command) {
  const auto* line = find_line(cart, command.purchase_id());
  if (line != nullptr && line->has_purchase_id()) return Decision::events();
  auto admitted =
      line == nullptr ? admit(cart, command) : refuse("LINE_EXISTS", "the cart has another line of this id");
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) {
    v1::PurchaseTurnedAway turned_away;
    turned_away.set_purchase_id(command.purchase_id());
    turned_away.set_reason(refusal->reason);
    return Decision::events(std::move(turned_away));
  }
  auto& added = std::get<v1::ItemAdded>(admitted);
  added.set_line_id(command.purchase_id());
  added.set_purchase_id(command.purchase_id());
  return Decision::events(std::move(added));
}

Decision Cart::decide(const State& cart, const v1::TakeOutPurchaseRequest& command) {
  const auto* line = find_line(cart, command.purchase_id());
  if (cart.status() != v1::CART_STATUS_OPEN || line == nullptr || !line->has_purchase_id()) return Decision::events();
  return remove(cart, command.purchase_id(), *line, v1::REMOVAL_REASON_HOLD_EXPIRED);
}

}  // namespace keel::cart
