#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/aggregate.hpp"

namespace keel::tests {

/// A command or an event of any type, by value.
class AnyMessage {
 public:
  template <class M>
  requires std::derived_from<std::decay_t<M>, domain::Message> AnyMessage(M&& message)  // NOLINT
      : message_(std::make_shared<std::decay_t<M>>(std::forward<M>(message))) {}

  const domain::Message& operator*() const { return *message_; }

 private:
  std::shared_ptr<const domain::Message> message_;
};

/// 2023-11-14 22:13:20 UTC and an id that is easy to recognise: what the edge lays beside a command when a test says
/// nothing else.
domain::Stamp a_stamp();

/// A rule has decided; say what is expected. Whatever differs fails the running GoogleTest test.
class [[nodiscard]] Decided {
 public:
  explicit Decided(domain::Decision decision) : decision_(std::move(decision)) {}

  /// Accepted, with exactly these events in this order (one or more).
  Decided& then(std::initializer_list<AnyMessage> events);
  /// Accepted, with exactly this event.
  Decided& then(AnyMessage event) { return then({std::move(event)}); }
  /// Refused for this reason; `metadata` must hold what is given here, and may hold more.
  Decided& refuses(std::string_view reason, const std::map<std::string, std::string>& metadata = {});
  /// Accepted without any event.
  Decided& nothing_happens();
  /// Accepted, and the client gets this beside version and token.
  Decided& replying(AnyMessage response);
  /// The outcome in a word, for tables: the refusal's reason, the events' short names joined by "+", or "-" for none.
  std::string in_short() const;

 private:
  domain::Decision decision_;
};

/// An aggregate with a history.
class Given {
 public:
  Given(const domain::AggregateKind& kind, std::initializer_list<AnyMessage> history);

  /// Asks the aggregate's rule. A command that the aggregate does not take fails the test.
  Decided when(const AnyMessage& command, const domain::Stamp& stamp = a_stamp()) const;
  const domain::Message& state() const { return *state_; }

 private:
  const domain::AggregateKind& kind_;
  std::shared_ptr<domain::Message> state_;
};

/// Reads as a sentence, and is all that a domain test needs:
///
///     given<Cart>({item_added}).when(check_out).then(checked_out);
///     given<Cart>({}).when(check_out).refuses("CART_UNKNOWN");
///     given<Cart>({item_added, checked_out}).when(check_out).nothing_happens();
template <domain::Aggregate A>
Given given(std::initializer_list<AnyMessage> history) {
  return Given(domain::kind_of<A>(), history);
}

/// The fields of a command whose shape is wrong, in the order in which they were found.
template <domain::Aggregate A, class Command>
std::vector<std::string> misshapen(const Command& command) {
  domain::Violations violations;
  A::check(command, violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.list()) fields.push_back(violation.field);
  return fields;
}

}  // namespace keel::tests
