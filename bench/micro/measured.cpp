#include "bench/micro/measured.hpp"

#include <stdexcept>
#include <variant>

#include "command/fingerprint.hpp"

namespace keel::micro {
namespace {

/// Keeps a result from being optimised away, and tells when a function stopped doing its work.
void must(bool holds) {
  if (!holds) throw std::logic_error("a hot function did not do its work");
}

}  // namespace

extern "C" {

[[gnu::noinline]] void measured_read_request(const command::Method& method, std::string_view bytes,
                                             const command::Envelope& envelope, const command::EdgeOptions& options) {
  for (int i = 0; i < turns; ++i) {
    must(std::holds_alternative<actors::Call>(command::read_request(method, bytes, envelope, options, moment)));
  }
}

[[gnu::noinline]] void measured_fingerprint(std::string_view method, std::string_view command) {
  unsigned sum = 0;
  for (int i = 0; i < turns; ++i) sum += command::fingerprint_of("anonymous", method, command)[0];
  must(sum % static_cast<unsigned>(turns) == 0);
}

[[gnu::noinline]] void measured_decide_and_evolve(cart::v1::CartState& cart, const cart::v1::AddItemRequest& add,
                                                  const cart::v1::RemoveItemRequest& remove) {
  for (int i = 0; i < turns / 2; ++i) {
    const auto added = cart::Cart::decide(cart, add, {});
    cart::Cart::evolve(cart, static_cast<const cart::v1::ItemAdded&>(*added.acceptance().events.front()));
    const auto removed = cart::Cart::decide(cart, remove);
    cart::Cart::evolve(cart, static_cast<const cart::v1::ItemRemoved&>(*removed.acceptance().events.front()));
  }
  must(cart.lines().empty());
}

[[gnu::noinline]] void measured_encode_batch(postgres::Parameters& out, const std::vector<std::string>& texts,
                                             const std::vector<std::int64_t>& numbers, const Uuid& id) {
  out.clear();
  for (int column = 0; column < 3; ++column) {
    out.texts(texts, [](const std::string& text) -> std::string_view { return text; });
    out.byteas(texts, [](const std::string& text) -> std::string_view { return text; });
    out.bigints(numbers, [](std::int64_t number) { return number; });
  }
  out.uuids(numbers, [&](std::int64_t) -> const Uuid& { return id; });
  must(out.count() == 10);
}

[[gnu::noinline]] void measured_encode_event(kafka::EventEncoder& encoder, const kafka::EventMessage& event) {
  for (int i = 0; i < turns; ++i) must(!encoder.encode(event).headers.empty());
}

[[gnu::noinline]] void measured_fold_projection(query::Folder& folder, query::WorkingSet& rows,
                                                const std::vector<journal::RecordedEvent>& events) {
  for (const auto& event : events) folder.want(event, rows);
  for (const auto& event : events) folder.fold(event, rows);
  folder.finish(rows);
  must(rows.changes(0).written.size() == events.size());
}

[[gnu::noinline]] void measured_token(const Token& token) {
  for (int i = 0; i < turns; ++i) must(decode_token(encode(token)).has_value());
}

}  // extern "C"

}  // namespace keel::micro
