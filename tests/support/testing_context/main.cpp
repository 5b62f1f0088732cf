// A Keel binary of one context, made of the same engine without touching it.

#include "app/run.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

int main(int argc, char** argv) {
  using keel::testing::Counter;
  const auto& kind = keel::domain::kind_of<Counter>();
  return keel::app::run(argc, argv, {keel::app::context<Counter>(keel::testing::counters(kind))});
}
