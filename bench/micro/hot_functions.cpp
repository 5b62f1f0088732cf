#include "bench/micro/hot_functions.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/micro/measured.hpp"
#include "command/fingerprint.hpp"
#include "ops/metrics.hpp"
#include "query/cart/carts_projection.hpp"

namespace keel::micro {
namespace {

const std::string request_id = "019c12b9-7b00-7000-8000-0123456789ab";

Uuid some_uuid() { return *parse_uuid(request_id); }

cart::v1::AddItemRequest add_item() {
  cart::v1::AddItemRequest command;
  command.set_cart_id("cart-0001234");
  command.set_request_id(request_id);
  command.set_line_id("line-1");
  command.set_sku("85123A");
  command.set_quantity(6);
  command.mutable_unit_price()->set_currency_code("GBP");
  command.mutable_unit_price()->set_minor_units(255);
  return command;
}

const command::Method& add_item_method() {
  static ops::Metrics metrics;
  static const auto found = command::find_methods({&domain::kind_of<cart::Cart>()}, metrics);
  for (const auto& [service, methods] : found) {
    for (const auto& method : methods) {
      if (method->path.ends_with("/AddItem")) return *method;
    }
  }
  throw std::logic_error("there is no AddItem");
}

journal::RecordedEvent item_added(std::int64_t version) {
  cart::v1::CartState empty;
  const auto decision = cart::Cart::decide(empty, add_item(), {});
  journal::RecordedEvent event;
  event.position = Position{version};
  event.aggregate = {"Cart", "cart-" + std::to_string(version)};
  event.version = Version{1};
  event.type = "keel.cart.v1.ItemAdded";
  event.payload = decision.acceptance().events.front()->SerializeAsString();
  event.recorded_at = moment;
  return event;
}

void read_request() {
  command::Envelope envelope;
  envelope.deadline = moment + std::chrono::seconds(5);
  measured_read_request(add_item_method(), add_item().SerializeAsString(), envelope, {});
}

void fingerprint() {
  auto command = add_item();
  const auto* id = command.GetDescriptor()->FindFieldByName("request_id");
  measured_fingerprint(add_item_method().name(), command::canonical_bytes(command, id));
}

void decide_and_evolve() {
  cart::v1::CartState cart;
  cart::v1::RemoveItemRequest remove;
  remove.set_line_id("line-1");
  measured_decide_and_evolve(cart, add_item(), remove);
}

/// As many rows as `turns`, ten columns of the kinds that an append has.
void encode_batch() {
  static postgres::Parameters out;
  const std::vector<std::string> texts(turns, "cart-0001234");
  const std::vector<std::int64_t> numbers(turns, 1'234'567);
  measured_encode_batch(out, texts, numbers, some_uuid());
}

void encode_event() {
  const auto recorded = item_added(1);
  kafka::EventMessage event;
  event.lane = Lane{3};
  event.position = Position{1'234'567};
  event.aggregate_type = recorded.aggregate.type;
  event.aggregate_id = recorded.aggregate.id;
  event.version = recorded.version;
  event.type = recorded.type;
  event.payload = recorded.payload;
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.recorded_at = recorded.recorded_at;
  kafka::EventEncoder encoder("cart", some_uuid());
  measured_encode_event(encoder, event);
}

void fold_projection() {
  const auto projection = query::carts_projection();
  std::vector<journal::RecordedEvent> events;
  for (int i = 1; i <= turns; ++i) events.push_back(item_added(i));
  const auto folder = projection.make_folder();
  query::WorkingSet rows(projection.tables);
  measured_fold_projection(*folder, rows, events);
}

void token() { measured_token({some_uuid(), "cart", Lane{3}, Position{1'234'567}}); }

}  // namespace

const std::map<std::string_view, void (*)()>& hot_functions() {
  static const std::map<std::string_view, void (*)()> functions = {{"read_request", read_request},
                                                                   {"fingerprint", fingerprint},
                                                                   {"decide_and_evolve", decide_and_evolve},
                                                                   {"encode_batch", encode_batch},
                                                                   {"encode_event", encode_event},
                                                                   {"fold_projection", fold_projection},
                                                                   {"token", token}};
  return functions;
}

}  // namespace keel::micro
