// The same binary after a change of its projection: whatever generation the older binary made is outdated to it.

#include <utility>

#include "app/run.hpp"
#include "support/testing_context/counter.hpp"
#include "support/testing_context/counters.hpp"

int main(int argc, char** argv) {
  using keel::testing::Counter;
  auto counters = keel::testing::counters(keel::domain::kind_of<Counter>());
  ++counters.projections.front().version;
  return keel::app::run(argc, argv, {keel::app::context<Counter>(std::move(counters))});
}
