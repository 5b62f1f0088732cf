#include <limits>

#include "dashboard/deeds.hpp"
#include "dashboard/operation_documents.hpp"
#include "dashboard/routes.hpp"

namespace keel::dashboard {
namespace {

/// A projection that is to be changed, by whom and why.
struct Order {
  const query::Projection* projection = nullptr;
  Body body;
  replay::Deed deed;
};

Outcome<Order> order_of(const Services& services, const Request& request, const std::string& action) {
  auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto named = projection_named(services, request.path.at(1));
  if (!named) return named.refusal();
  auto deed = deed_of(request, *body, action, (*named)->name);
  if (!deed) return deed.refusal();
  return Order{*named, *std::move(body), *std::move(deed)};
}

Reply set_paused(Services& services, const Request& request, bool paused) {
  const auto order = order_of(services, request, paused ? "pause" : "unpause");
  if (!order) return order.refusal();
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  const auto row = (*store)->projection(order->projection->name);
  if (!row) return refusal_of(row.fault());
  if (!*row) return not_found("PROJECTION_NOT_MIGRATED", "it was never migrated: run `keel migrate`");
  const auto changed = (*store)->set_paused(order->projection->name, paused, order->deed);
  return changed ? done(services) : Reply(refusal_of(changed.fault()));
}

struct OperationOrder {
  std::int64_t id = 0;
  replay::Deed deed;
};

Outcome<OperationOrder> operation_order(const Request& request, const std::string& action) {
  const auto body = Body::of(request);
  if (!body) return body.refusal();
  const auto id = number_of("operation", request.path.at(1), 1, std::numeric_limits<std::int64_t>::max());
  if (!id) return id.refusal();
  auto deed = deed_of(request, *body, action);
  if (!deed) return deed.refusal();
  deed->operation = *id;
  return OperationOrder{*id, *std::move(deed)};
}

}  // namespace

Reply pause_projection(Services& services, const Request& request) { return set_paused(services, request, true); }
Reply unpause_projection(Services& services, const Request& request) { return set_paused(services, request, false); }

Reply rebuild_projection(Services& services, const Request& request) {
  const auto order = order_of(services, request, "rebuild");
  if (!order) return order.refusal();
  if (const auto refusal = order->body.confirmed(order->projection->name)) return *refusal;
  const auto operation = services.works.rebuild(*order->projection, order->deed);
  if (!operation) return operation.refusal();
  services.gatherer.look_soon();
  return Json{{"operation", whole(*operation)}};
}

Reply verify_projection(Services& services, const Request& request) {
  const auto order = order_of(services, request, "verify");
  if (!order) return order.refusal();
  const auto generation = order->body.number("generation");
  if (!generation) return generation.refusal();
  const auto check = services.works.verify(*order->projection, *generation, order->deed);
  return check ? Reply(Json{{"id", *check}}) : Reply(check.refusal());
}

Reply cancel_operation(Services& services, const Request& request) {
  auto order = operation_order(request, "cancel");
  if (!order) return order.refusal();
  auto store = services.stores.read();
  if (!store) return refusal_of(store.fault());
  const auto found = (*store)->operation(order->id);
  if (!found) return refusal_of(found.fault());
  if (!*found) return not_found("OPERATION_NOT_FOUND", "there is no operation " + std::to_string(order->id));
  const auto& operation = **found;
  if (operation.state != "running" || operation.crashed()) {
    return conflict("STATE_CONFLICT", "this operation is " + state_of(operation) + ": it does not run");
  }
  order->deed.projection = operation.projection;
  order->deed.generation = operation.generation;
  order->deed.result = "asked";
  const auto asked = (*store)->ask_to_cancel(order->id, order->deed);
  return asked ? done(services) : Reply(refusal_of(asked.fault()));
}

Reply resume_operation(Services& services, const Request& request) {
  auto order = operation_order(request, "resume");
  if (!order) return order.refusal();
  const auto resumed = services.works.resume(order->id, order->deed);
  return resumed ? done(services) : Reply(resumed.refusal());
}

}  // namespace keel::dashboard
