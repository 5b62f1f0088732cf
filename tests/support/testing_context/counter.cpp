#include "support/testing_context/counter.hpp"

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

void Counter::check(const v1::MoveCounterRequest& command, Violations& violations) {
  domain::check_range("amount", command.amount(), -domain::max_quantity, domain::max_quantity, violations);
}

}  // namespace keel::testing
