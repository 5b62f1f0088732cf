#include "support/testing_context/counter.hpp"

#include <utility>

#include "domain/checked.hpp"
#include "domain/shape.hpp"

namespace keel::testing {

Decision Counter::decide(const State& counter, const v1::MoveCounterRequest& command) {
  const auto value = domain::checked_add(counter.value(), command.amount());
  if (!value) return domain::refuse("COUNTER_OVERFLOW", "the counter would not fit into 64 bits");
  if (*value < 0) return domain::refuse("COUNTER_BELOW_ZERO", "a counter never shows less than zero");
  v1::MoveCounterResponse response;
  response.set_value(*value);
  if (command.amount() == 0) return Decision::events().replying(response);
  v1::CounterMoved moved;
  moved.set_amount(command.amount());
  moved.set_value(*value);
  return Decision::events(std::move(moved)).replying(response);
}

void Counter::evolve(State& counter, const v1::CounterMoved& event) { counter.set_value(event.value()); }

void Counter::evolve(State& counter, const v1::CounterLabelled& event) { counter.set_label(event.label()); }

Became<v1::CounterOpenedV2> Counter::upcast(const v1::CounterOpened& old) {
  v1::CounterOpenedV2 opened;
  opened.set_value(old.starting_value());
  opened.set_label(old.label());
  return opened;
}

Became<v1::CounterMoved, v1::CounterLabelled> Counter::upcast(const v1::CounterOpenedV2& old) {
  v1::CounterMoved moved;
  moved.set_amount(old.value());
  moved.set_value(old.value());
  v1::CounterLabelled labelled;
  labelled.set_label(old.label());
  return {std::move(moved), std::move(labelled)};
}

void Counter::check(const v1::MoveCounterRequest& command, Violations& violations) {
  domain::check_range("amount", command.amount(), -domain::max_quantity, domain::max_quantity, violations);
}

}  // namespace keel::testing
